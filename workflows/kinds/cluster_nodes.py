"""What the VM of a cluster's node carries for its first boot."""

from sqlalchemy.orm import Session

from provisioner.bootstrap.from_spec import Surroundings, node_bootstrap
from provisioner.bootstrap.interface import Bootstrapper
from provisioner.bootstrap.model import VSphereWorkspace
from provisioner.bootstrap.spec_mark import spec_mark
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.node_access import service_access
from provisioner.settings import Settings
from provisioner.store import clusters, nodes, resources, vcenters
from provisioner.store.database import Database
from provisioner.store.tables import Resource
from provisioner.vault.vault import Vault
from workflows.kinds.external_etcd import for_masters
from workflows.kinds.node_identity import identity


class ClusterNodes:
    def __init__(
        self, database: Database, vault: Vault, bootstrapper: Bootstrapper, settings: Settings
    ) -> None:
        self._database, self._vault = database, vault
        self._bootstrapper, self._service = bootstrapper, service_access(settings)

    def extra_config(self, node_id: str) -> dict[str, str]:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
            spec = clusters.spec_of(session, resource)
            around = _surroundings(session, spec, resource)
        own = identity(self._vault, resource, node)
        asked = node_bootstrap(spec, node.group, own, self._service, around)
        found = self._bootstrapper.render(asked)
        if node.group == CONTROL_PLANE:
            found |= spec_mark(spec)
        return found


def _surroundings(session: Session, spec: ClusterSpec, resource: Resource) -> Surroundings:
    return Surroundings(
        etcd=for_masters(session, spec, resource),
        vsphere=_workspace(session, spec, resource),
    )


def _workspace(session: Session, spec: ClusterSpec, resource: Resource) -> VSphereWorkspace | None:
    """For clusters whose Kubernetes has the vSphere provider within, and an account for it."""
    if spec.bootstrap.method != "pke" or spec.storage is None:
        return None
    vcenter, place = vcenters.get(session, resource.vcenter_id), spec.placement
    return VSphereWorkspace(
        server=vcenter.host,
        port=vcenter.port,
        datacenter=place.datacenter,
        datastore=place.datastore or "",
        resource_pool=place.resource_pool or f"{place.cluster}/Resources",
        folder=place.folder or vcenter.root_folder,
    )
