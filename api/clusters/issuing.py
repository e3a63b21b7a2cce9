"""Issuing a kubeconfig: an effect in Vault, and an entry in the cluster's history."""

from api.clusters import kubeconfig
from api.services import Services
from provisioner.domain.clusters import KIND
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.store import clusters, events, leadership, resources
from provisioner.store.errors import Conflict
from provisioner.store.tokens import Caller
from provisioner.vault.pki import ClientRole


def issue_kubeconfig(use: Services, caller: Caller, cluster: str) -> str:
    """Raises Conflict while the control plane never became ready."""
    resource_id, spec = _entitled(use, caller, cluster)
    issued = use.vault.admin_certificate(
        ResourceId(resource_id), ClientRole.ADMIN, caller.name, use.settings.kubeconfig_seconds
    )
    server = f"https://{spec.api_host}:{API_PORT}"
    return kubeconfig.render(spec.name, server, caller.name, issued)


def _entitled(use: Services, caller: Caller, cluster: str) -> tuple[str, ClusterSpec]:
    with use.database.write() as session:
        found = resources.find(session, caller.org_id, KIND, cluster)
        resource = resources.lock(session, found.id)
        resources.refuse_when_deleting(resource)
        if not (resource.established or leadership.ready_member(session, resource.id)):
            raise Conflict(f"the control plane of {resource.name} has not been ready yet")
        message = f"a kubeconfig was issued to {caller.name}"
        events.record(session, resource, "KubeconfigIssued", message)
        return resource.id, clusters.spec_of(session, resource)
