"""Where a cluster keeps its data when its masters do not hold it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.domain.etcd_clusters import endpoints
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import etcd_clusters, secrets
from provisioner.store.errors import NotFound
from provisioner.store.tables import Resource


@dataclass(frozen=True)
class EtcdUse:
    """`endpoints` are URLs. Of an etcd cluster of ours, `cluster` is its id; of the user's own,
    `secret` is where the credentials are in Vault.

    `own_prefix`: made by us from the cluster's id, so nobody else can have used it. `lasting`: the
    etcd was there once, and is there to stay.
    """

    endpoints: tuple[str, ...]
    prefix: str
    own_prefix: bool
    lasting: bool
    cluster: str | None = None
    secret: str | None = None


def find(session: Session, resource: Resource, spec: ClusterSpec) -> EtcdUse | None:
    """None when the masters hold it themselves. Raises NotFound."""
    external = spec.control_plane.external_etcd
    if external is None:
        return None
    prefix, own = external.prefix_for(resource.id), external.prefix is None
    if external.etcd_cluster is None:
        secret = secrets.find(session, resource.org_id, external.secret or "")
        return EtcdUse(external.endpoints, prefix, own, lasting=True, secret=secret.secret_path)
    found = etcd_clusters.find(session, resource.org_id, external.etcd_cluster)
    if found is None:
        raise NotFound(f"there is no etcd cluster {external.etcd_cluster!r}")
    return EtcdUse(
        endpoints=endpoints(etcd_clusters.spec_of(session, found)),
        prefix=prefix,
        own_prefix=own,
        lasting=found.established and found.deletion_requested_at is None,
        cluster=found.id,
    )
