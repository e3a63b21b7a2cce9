"""keepalived's configuration for one master of a control plane with a floating address."""

from collections.abc import Sequence
from ipaddress import ip_address

from pydantic import Field

from provisioner.bootstrap.layout import CHECK_API
from provisioner.domain.floating_address import Carrier
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.domain.virtual_machines import Fact
from provisioner.edge.blocks import block
from provisioner.edge.keepalived_syntax import document, global_defs, unicast

# What a machine alone knows of its NIC; it puts the name in itself.
INTERFACE = "@INTERFACE@"
# Below all that masters are given.
_LOWEST = 1
# Addresses that never are anybody's, RFC 5737 and RFC 6666. Without a peer it would multicast.
_NOBODY = {4: "192.0.2.1", 6: "100::1"}


class KeepalivedConfig(Fact):
    """`source` is the master's own address on `interface`, `peers` are the other masters'.

    All addresses are of one family. `priority` differs between the masters; `virtual_router_id`
    between all clusters of an L2 network.
    """

    router_id: str
    interface: str = Field(pattern=rf"^([A-Za-z0-9_.-]{{1,15}}|{INTERFACE})$")
    source: str
    peers: tuple[str, ...]
    vip: str
    virtual_router_id: int = Field(ge=1, le=255)
    priority: int = Field(ge=1, le=254)
    api_port: int = API_PORT


def master_config(
    own: str, carriers: Sequence[Carrier], vip: str, router_id: int, interface: str = INTERFACE
) -> KeepalivedConfig:
    """For the carrier whose node is `own`, with all others that have an address as peers.

    Raises KeyError when `own` is not among the carriers with an address.
    """
    known = {each.node_id: (each, each.address) for each in carriers if each.address}
    carrier, address = known.pop(own)
    return KeepalivedConfig(
        router_id=carrier.name,
        interface=interface,
        source=address,
        peers=tuple(peer for _, peer in known.values()),
        vip=vip,
        virtual_router_id=router_id,
        priority=carrier.priority,
    )


def yielding(config: KeepalivedConfig) -> KeepalivedConfig:
    """For a master that leaves: it keeps the address until another one has it, and not longer.

    Nobody hears it any more, so the next one takes over; it hears that one, which comes before it.
    """
    nobody = _NOBODY[ip_address(config.vip).version]
    return config.model_copy(update={"priority": _LOWEST, "peers": (nobody,)})


def render(config: KeepalivedConfig) -> str:
    """The file's text. Unicast where there are peers, so no other cluster's adverts are heard."""
    return document([global_defs(config.router_id), _check(config), _instance(config)])


def _check(config: KeepalivedConfig) -> str:
    return block(
        "vrrp_script kube_apiserver",
        f'script "{CHECK_API} {config.api_port}"',
        # The script itself tries again before it fails: whole seconds are too coarse for that.
        "interval 1",
        # Far beyond its patience: where even starting it takes long, the API may still serve.
        "timeout 10",
        "fall 1",
        "rise 1",
        # Any other weight only lowers the priority, which nopreempt makes the peers ignore.
        "weight 0",
    )


def _instance(config: KeepalivedConfig) -> str:
    vip = ip_address(config.vip)
    return block(
        "vrrp_instance kubernetes_api",
        "state BACKUP",
        "nopreempt",
        f"interface {config.interface}",
        f"virtual_router_id {config.virtual_router_id}",
        f"priority {config.priority}",
        "advert_int 0.25",
        *unicast(config.source, config.peers),
        block("virtual_ipaddress", f"{vip}/{vip.max_prefixlen} dev {config.interface}"),
        block("track_script", "kube_apiserver"),
    )
