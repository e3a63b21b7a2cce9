"""What the VM of a load balancer's member gets with its clone, and what it is told later."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.bootstrap import channel, layout, user_data
from provisioner.bootstrap.agent_config import of_any_role
from provisioner.bootstrap.delivery import PROGRAM, SECRET, TEXT, agent_files, file, source
from provisioner.bootstrap.errors import PayloadTooLarge
from provisioner.bootstrap.guestinfo import METADATA, USERDATA, pack
from provisioner.bootstrap.identity import Identity, ServiceAccess, placeholder
from provisioner.bootstrap.metadata import metadata
from provisioner.bootstrap.units import (
    AGENT_SERVICE,
    MEMBER_CONFIGURATION_SERVICE,
    NODE_CONFIGURATION_TIMER,
)
from provisioner.bootstrap.user_data import start
from provisioner.domain.faults import Fault
from provisioner.domain.load_balancers import ROLE, LoadBalancerDocument
from provisioner.domain.naming import longest_node_name
from provisioner.edge import layout as edge
from provisioner.edge.configuration import Configuration, configurations
from provisioner.edge.configuration import leaving as edge_leaving
from provisioner.edge.from_spec import pair
from provisioner.edge.placeholders import INTERFACES


def render(
    document: LoadBalancerDocument,
    member: str,
    configuration: Configuration,
    own: Identity,
    access: ServiceAccess,
) -> dict[str, str]:
    """The VM's extraConfig. Holds the node's token and no other secret. Raises PayloadTooLarge."""
    content = _user_data(document, member, configuration, own, access)
    return {
        **pack(USERDATA, user_data.dump(content)),
        **pack(METADATA, json.dumps(metadata(own), indent=1)),
        "disk.enableUUID": "TRUE",
    }


def told(
    document: LoadBalancerDocument, member: str, configuration: Configuration, macs: list[str]
) -> dict[str, str]:
    """extraConfig entries with the member's configuration; `macs` of its NICs, in their order."""
    own = document.member(member).networks.own()
    nics = {INTERFACES[network]: mac for network, mac in zip(own, macs, strict=True)}
    return channel.configuration(nics, configuration.files, configuration.revision)


def rendered(
    document: LoadBalancerDocument, router_ids: Mapping[str, int]
) -> dict[str, Configuration]:
    """By member. `router_ids`: one for each of them."""
    return configurations(pair(document, router_ids))


def leaving(
    document: LoadBalancerDocument, member: str, router_ids: Mapping[str, int]
) -> Configuration:
    """For that member, which is to hand its VIPs over. See `edge.configuration.leaving`."""
    members = pair(document, router_ids)
    return edge_leaving(next(one for one in members if one.name == member))


def check_payload(document: LoadBalancerDocument, access: ServiceAccess) -> Iterator[Fault]:
    """Pure: renders what members would get, with a token of nobody."""
    theirs = rendered(document, {member.name: 255 for member in document.members})
    for index, member in enumerate(document.members):
        networks = len(member.networks.own())
        nobody = placeholder(longest_node_name(document.name, member.name), None, networks)
        try:
            render(document, member.name, theirs[member.name], nobody, access)
        except PayloadTooLarge as err:
            advice = (
                f"too large: {member.name} would receive {err.size} bytes, packed, and a VM takes "
                f"{err.limit}; use fewer services or servers, or a second pair"
            )
            yield Fault("services", advice, rests_on=("services", f"members.{index}"))


def _user_data(
    spec: LoadBalancerDocument,
    member: str,
    configuration: Configuration,
    own: Identity,
    access: ServiceAccess,
) -> dict[str, Any]:
    first = told(spec, member, configuration, [nic.mac for nic in own.nics])
    place = {"pool": member, "role": ROLE}
    document = user_data.document(
        own.node_name,
        [
            *agent_files("load_balancer_member"),
            file(layout.AGENT_CONFIG, SECRET, of_any_role(own, place, access, **_SERVICES)),
            file(layout.NODE_CONFIGURATION, PROGRAM, source("node_configuration.py")),
            file(layout.SECTIONS, TEXT, channel.sections_file(_sections())),
            file(layout.FIRST_CONFIGURATION, SECRET, first[channel.CONFIGURATION]),
            # keepalived takes no configuration with a script that is not there.
            file(edge.CHECK_HAPROXY, PROGRAM, configuration.files[edge.CHECK_HAPROXY]),
            *(file(f"{layout.SYSTEMD}/{name}", TEXT, unit) for name, unit in _UNITS.items()),
        ],
        [
            ["systemctl", "daemon-reload"],
            *start(layout.NODE_CONFIGURATION_TIMER, layout.AGENT_UNIT),
        ],
        spec.ssh_keys,
        spec.trusted_cas,
    )
    if spec.install == "packages":
        document |= {"package_update": True, "packages": list(edge.PACKAGES)}
    return document


def _sections() -> Iterator[channel.Section]:
    for path, managed in edge.FILES.items():
        yield channel.Section(name=path, path=path, **managed._asdict())


_SERVICES = {"services": list(edge.SERVICES)}
_UNITS = {
    layout.AGENT_UNIT: AGENT_SERVICE,
    layout.NODE_CONFIGURATION_SERVICE: MEMBER_CONFIGURATION_SERVICE,
    layout.NODE_CONFIGURATION_TIMER: NODE_CONFIGURATION_TIMER,
}
