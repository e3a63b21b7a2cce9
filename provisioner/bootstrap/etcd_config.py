"""What one etcd member runs with."""

from collections.abc import Mapping

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
    """An environment file. etcd's own format names some settings differently in each release.

    It listens on the member's address alone.
    """
    settings = {
        "NAME": member.name,
        "DATA_DIR": ETCD_DATA,
        "LISTEN_CLIENT_URLS": client_url(member.address),
        "ADVERTISE_CLIENT_URLS": client_url(member.address),
        "LISTEN_PEER_URLS": peer_url(member.address),
        "INITIAL_ADVERTISE_PEER_URLS": peer_url(member.address),
        "INITIAL_CLUSTER": ",".join(f"{name}={url}" for name, url in member.initial.items()),
        "INITIAL_CLUSTER_STATE": "existing" if member.joining else "new",
        "INITIAL_CLUSTER_TOKEN": member.cluster_token,
        **_tls(""),
        **_tls("PEER_"),
        "PEER_CERT_ALLOWED_CN": member.peer_name,
        "AUTO_COMPACTION_MODE": "periodic",
        "AUTO_COMPACTION_RETENTION": f"{member.etcd.compaction_hours}h",
        "QUOTA_BACKEND_BYTES": str(member.etcd.quota_mib * _MIB),
        "SNAPSHOT_COUNT": str(member.etcd.snapshot_count),
    }
    return "".join(f"ETCD_{name}={value}\n" for name, value in settings.items())


def _tls(whose: str) -> dict[str, str]:
    return {
        f"{whose}CERT_FILE": CERTIFICATE,
        f"{whose}KEY_FILE": KEY,
        f"{whose}TRUSTED_CA_FILE": AUTHORITY,
        f"{whose}CLIENT_CERT_AUTH": "true",
    }
