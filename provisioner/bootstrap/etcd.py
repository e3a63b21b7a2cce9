"""What the VM of an etcd member gets with its clone."""

import json
from typing import Any

from pydantic import Field, SecretStr

from provisioner.bootstrap.cloud_config import dump, login
from provisioner.bootstrap.delivery import etcd_agent_files, file
from provisioner.bootstrap.guestinfo import METADATA, USERDATA, pack
from provisioner.bootstrap.layout import AGENT_CONFIG, AGENT_UNIT, ETCD_CONFIG, SYSTEMD
from provisioner.bootstrap.metadata import metadata
from provisioner.bootstrap.model import NicConfig
from provisioner.bootstrap.units import AGENT_SERVICE
from provisioner.domain.etcd_clusters import ROLE
from provisioner.domain.spec.etcd_cluster import Etcd
from provisioner.domain.virtual_machines import Fact


class EtcdBootstrap(Fact):
    """One member to be, as a NodeBootstrap is a node."""

    node_name: str
    group: str
    instance_id: str
    org_number: int
    cluster_number: int
    api_url: str
    api_authority: str | None = None
    token: SecretStr
    poll_seconds: float = 2.0
    etcd: Etcd
    ssh_keys: tuple[str, ...] = ()
    trusted_cas: tuple[str, ...] = ()
    nics: tuple[NicConfig, ...] = Field(min_length=1)


def render(member: EtcdBootstrap) -> dict[str, str]:
    """The VM's extraConfig. Holds the node's token and no other secret. Raises PayloadTooLarge."""
    return {
        **pack(USERDATA, dump(_document(member))),
        **pack(METADATA, json.dumps(metadata(member), indent=1)),
        "disk.enableUUID": "TRUE",
    }


def _document(member: EtcdBootstrap) -> dict[str, Any]:
    document: dict[str, Any] = {
        "hostname": member.node_name,
        "preserve_hostname": False,
        "manage_etc_hosts": "localhost",
        "ssh_pwauth": False,
        "users": [*([login(member.ssh_keys)] if member.ssh_keys else []), _ETCD_USER],
        "write_files": [
            *etcd_agent_files(),
            file(AGENT_CONFIG, "0600", _agent_config(member)),
            file(f"{SYSTEMD}/{AGENT_UNIT}", "0644", AGENT_SERVICE),
            file(f"{SYSTEMD}/etcd.service", "0644", _UNIT),
        ],
        "runcmd": [
            ["systemctl", "daemon-reload"],
            ["systemctl", "enable", "--now", "--no-block", AGENT_UNIT],
        ],
    }
    if member.etcd.install == "packages":
        document |= {"package_update": True, "packages": ["etcd-server"]}
    if member.trusted_cas:
        document["ca_certs"] = {"trusted": list(member.trusted_cas)}
    return document


def _agent_config(member: EtcdBootstrap) -> str:
    document = {
        "node": {"name": member.node_name, "pool": member.group, "role": ROLE},
        "api": {
            "url": member.api_url,
            "authority": member.api_authority,
            "organisation": member.org_number,
            "cluster": member.cluster_number,
            "token": member.token.get_secret_value(),
        },
        "poll_seconds": member.poll_seconds,
    }
    return json.dumps(document, indent=1) + "\n"


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
