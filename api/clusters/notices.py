"""What a new cluster's document asks for and this version does not do, told in the history."""

from sqlalchemy.orm import Session

from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import events
from provisioner.store.tables import Resource


def record(session: Session, resource: Resource, spec: ClusterSpec) -> None:
    """`resource` must be locked."""
    plugin = spec.kubernetes.cni
    if plugin != "none":
        message = (
            f"{plugin} is recorded, but this version installs no network plugin: "
            f"apply it with the cluster's kubeconfig, for pods in {spec.kubernetes.pod_cidr}"
        )
        events.record(session, resource, "NetworkPluginLeftToYou", message)
