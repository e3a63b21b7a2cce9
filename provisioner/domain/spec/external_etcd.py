"""An etcd outside of a cluster's own masters."""

from typing import Annotated

from pydantic import Field

from provisioner.domain.spec.document import Document, EtcdEndpoint, KeyPrefix, Label


class ExternalEtcd(Document):
    """`etcdCluster` names one that this service made; `endpoints` and `secret` (of type etcd:
    its authority, and a client's certificate and key) are those of one of the user's.

    All keys lie below `prefix`: no other cluster may use it, nor one above or below it. Without
    one it is a slash and the cluster's id.
    """

    etcd_cluster: Label | None = Field(
        default=None, description="Name of an etcd cluster of this service: pkectl etcd create."
    )
    endpoints: Annotated[tuple[EtcdEndpoint, ...], Field(max_length=16)] = Field(
        default=(), description="Client URLs of an etcd of your own, instead."
    )
    secret: Label | None = Field(
        default=None, description="Name of a secret of type etcd, for endpoints."
    )
    prefix: KeyPrefix | None = Field(
        default=None, description="Where its keys lie. Default: a slash and the cluster's id."
    )

    def prefix_for(self, resource_id: str) -> str:
        return self.prefix or f"/{resource_id}"


def meet(one: str, other: str) -> bool:
    """Whether one prefix lies within the other."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
