"""Where things live in Vault. `policy.hcl` names the same paths."""

from typing import Literal

from provisioner.domain.ids import ResourceId

KV_MOUNT = "pke-provisioner"
TRANSIT_MOUNT = "pke-provisioner-transit"
NODE_TOKEN_KEY = "node-token"  # noqa: S105 - the key's name
DIGEST_KEY = "request-digest"
APPROLE = "pke-provisioner"
POLICY = "pke-provisioner"

AuthorityName = Literal["kubernetes", "etcd", "front-proxy"]
AUTHORITY_NAMES: tuple[AuthorityName, ...] = ("kubernetes", "etcd", "front-proxy")


def authority_mount(resource_id: ResourceId, authority: AuthorityName) -> str:
    return f"clusters/{resource_id}/pki/{authority}"


def cluster_folder(resource_id: ResourceId) -> str:
    return f"clusters/{resource_id}"


def certificates_path(resource_id: ResourceId) -> str:
    return f"clusters/{resource_id}/certificates"


def vrrp_path(resource_id: ResourceId, version: int) -> str:
    """Of the key by which a load balancer's members know each other."""
    return f"{cluster_folder(resource_id)}/vrrp-{version}"


def secret_path(secret_id: str) -> str:
    """Of credentials that documents name."""
    return f"secrets/{secret_id}"


def join_token_path(resource_id: ResourceId, node_id: str) -> str:
    return f"{cluster_folder(resource_id)}/join/{node_id}"
