"""etcd's own configuration file, of one member."""

from collections.abc import Mapping

import yaml

from provisioner.bootstrap.layout import ETCD_DATA, ETCD_PKI
from provisioner.domain.etcd_clusters import client_url, peer_url
from provisioner.domain.spec.etcd_cluster import Etcd
from provisioner.domain.virtual_machines import Fact

AUTHORITY, CERTIFICATE, KEY = (
    f"{ETCD_PKI}/ca.crt",
    f"{ETCD_PKI}/member.crt",
    f"{ETCD_PKI}/member.key",
)
_MIB = 1024 * 1024


class MemberConfig(Fact):
    """`initial` are all members by name with their peer URLs, this one's among them.

    `joining`: the others run already. `peer_name`: common name of the members' certificates,
    without which nobody is taken for one.
    """

    name: str
    address: str
    cluster_token: str
    initial: Mapping[str, str]
    joining: bool
    peer_name: str
    etcd: Etcd


def render(member: MemberConfig) -> str:
    """The file's text. It listens on the member's address alone."""
    own = {"cert-file": CERTIFICATE, "key-file": KEY, "trusted-ca-file": AUTHORITY}
    document = {
        "name": member.name,
        "data-dir": ETCD_DATA,
        "listen-client-urls": client_url(member.address),
        "advertise-client-urls": client_url(member.address),
        "listen-peer-urls": peer_url(member.address),
        "initial-advertise-peer-urls": peer_url(member.address),
        "initial-cluster": ",".join(f"{name}={url}" for name, url in member.initial.items()),
        "initial-cluster-state": "existing" if member.joining else "new",
        "initial-cluster-token": member.cluster_token,
        "client-transport-security": {**own, "client-cert-auth": True},
        "peer-transport-security": {
            **own,
            "client-cert-auth": True,
            "allowed-cn": member.peer_name,
        },
        # Off by default in a file, on by default without one.
        "enable-grpc-gateway": True,
        "auto-compaction-mode": "periodic",
        "auto-compaction-retention": f"{member.etcd.compaction_hours}h",
        "quota-backend-bytes": member.etcd.quota_mib * _MIB,
        "snapshot-count": member.etcd.snapshot_count,
    }
    return yaml.safe_dump(document, sort_keys=False, width=1000)
