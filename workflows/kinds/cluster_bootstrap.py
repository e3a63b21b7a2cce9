"""A cluster's node as the bootstrapper wants it."""

from pydantic import SecretStr
from sqlalchemy.orm import Session

from provisioner.bootstrap.from_spec import Identity, ServiceAccess, Surroundings, node_bootstrap
from provisioner.bootstrap.model import NodeBootstrap, VSphereWorkspace
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import vcenters
from provisioner.store.tables import Node, Resource, VCenter
from workflows.kinds.external_etcd import for_masters
from workflows.kinds.node_identity import nic_config


def bootstrap(
    spec: ClusterSpec,
    resource: Resource,
    node: Node,
    token: SecretStr,
    access: ServiceAccess,
    around: Surroundings,
) -> NodeBootstrap:
    identity = Identity(
        node_name=node.name,
        instance_id=node.id,
        org_number=resource.org_id,
        cluster_number=resource.number,
        token=token,
        nics=tuple(map(nic_config, node.nics)),
    )
    return node_bootstrap(spec, node.group, identity, access, around)


def surroundings(session: Session, spec: ClusterSpec, resource: Resource) -> Surroundings:
    return Surroundings(
        etcd=for_masters(session, spec, resource),
        vsphere=_workspace(spec, vcenters.get(session, resource.vcenter_id)),
    )


def _workspace(spec: ClusterSpec, vcenter: VCenter) -> VSphereWorkspace | None:
    """For clusters whose Kubernetes has the vSphere provider within, and an account for it."""
    if spec.bootstrap.method != "pke" or spec.storage is None:
        return None
    place = spec.placement
    return VSphereWorkspace(
        server=vcenter.host,
        port=vcenter.port,
        datacenter=place.datacenter,
        datastore=place.datastore or "",
        resource_pool=place.resource_pool or f"{place.cluster}/Resources",
        folder=place.folder or vcenter.root_folder,
    )
