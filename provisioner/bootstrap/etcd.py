"""What the VM of an etcd member gets with its clone."""

import json
from collections.abc import Iterator
from typing import Any

from provisioner.bootstrap import user_data
from provisioner.bootstrap.agent_config import of_any_role
from provisioner.bootstrap.delivery import agent_files, file
from provisioner.bootstrap.errors import PayloadTooLarge
from provisioner.bootstrap.guestinfo import METADATA, USERDATA, pack
from provisioner.bootstrap.identity import Identity, ServiceAccess, placeholder
from provisioner.bootstrap.layout import AGENT_CONFIG, AGENT_UNIT, ETCD_CONFIG, SYSTEMD
from provisioner.bootstrap.metadata import metadata
from provisioner.bootstrap.units import AGENT_SERVICE
from provisioner.bootstrap.user_data import start
from provisioner.domain.etcd_clusters import ROLE
from provisioner.domain.faults import Fault
from provisioner.domain.naming import longest_node_name
from provisioner.domain.spec.etcd_cluster import MEMBERS, EtcdClusterSpec


def render(spec: EtcdClusterSpec, own: Identity, access: ServiceAccess) -> dict[str, str]:
    """The VM's extraConfig. Holds the node's token and no other secret. Raises PayloadTooLarge."""
    return {
        **pack(USERDATA, user_data.dump(_document(spec, own, access))),
        **pack(METADATA, json.dumps(metadata(own), indent=1)),
        "disk.enableUUID": "TRUE",
    }


def check_payload(spec: EtcdClusterSpec, access: ServiceAccess) -> Iterator[Fault]:
    """Pure: renders what a member would get, with a token of nobody."""
    try:
        render(spec, largest_member(spec), access)
    except PayloadTooLarge as err:
        advice = (
            f"too large: a member would receive {err.size} bytes, packed, and a VM takes "
            f"{err.limit}; shorten this or sshKeys"
        )
        yield Fault("trustedCAs", advice, rests_on=("trustedCAs", "sshKeys"))


def largest_member(spec: EtcdClusterSpec) -> Identity:
    """Of no node: takes as much room as any."""
    longest = longest_node_name(spec.name, MEMBERS)
    networks = spec.placement.overlaid(spec.members.placement).networks
    return placeholder(longest, spec.members.addresses, len(networks))


def _document(spec: EtcdClusterSpec, own: Identity, access: ServiceAccess) -> dict[str, Any]:
    document = user_data.document(
        own.node_name,
        [
            *agent_files("etcd_member"),
            file(AGENT_CONFIG, "0600", of_any_role(own, _PLACE, access)),
            file(f"{SYSTEMD}/{AGENT_UNIT}", "0644", AGENT_SERVICE),
            file(f"{SYSTEMD}/etcd.service", "0644", _UNIT),
        ],
        [["systemctl", "daemon-reload"], *start(AGENT_UNIT)],
        spec.ssh_keys,
        spec.trusted_cas,
    )
    document["users"] = [*document.get("users", ()), _ETCD_USER]
    if spec.etcd.install == "packages":
        document |= {"package_update": True, "packages": ["etcd-server"]}
    return document


_PLACE = {"pool": MEMBERS, "role": ROLE}

_ETCD_USER = {
    "name": "etcd",
    "system": True,
    "no_create_home": True,
    "homedir": "/var/lib/etcd",
    "shell": "/usr/sbin/nologin",
    "lock_passwd": True,
}

# In place of the package's unit, which would start a member of its own without any TLS.
_UNIT = f"""\
[Unit]
Description=Member of an etcd cluster
Wants=network-online.target
After=network-online.target
ConditionPathExists={ETCD_CONFIG}
StartLimitIntervalSec=0

[Service]
Type=notify
User=etcd
Group=etcd
StateDirectory=etcd
StateDirectoryMode=0700
UMask=0077
ExecStartPre=+/bin/chgrp -R etcd {ETCD_CONFIG.rpartition("/")[0]}
EnvironmentFile={ETCD_CONFIG}
ExecStart=etcd
TimeoutStartSec=300
Restart=always
RestartSec=2
LimitNOFILE=65536
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""
