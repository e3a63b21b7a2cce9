"""What a cluster needs as a whole, task by task."""

from collections.abc import Callable, Mapping, Sequence

from provisioner.domain import add_ons
from provisioner.domain.clusters import (
    CERTIFICATES,
    ENDPOINT,
    ENDPOINT_PAIR,
    ETCD_PREFIX,
    JOIN_TOKENS,
    RELEASE,
)
from provisioner.domain.ids import ResourceId
from provisioner.store import leases, resources
from provisioner.store.database import Database
from provisioner.vault.vault import Vault
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_add_ons import ClusterAddOns
from workflows.kinds.cluster_endpoint import ClusterEndpoints
from workflows.kinds.cluster_joining import ClusterJoining
from workflows.kinds.external_etcd import claim_prefix, forget_data


class ClusterTasks:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        access: ClusterAccess,
        joining: ClusterJoining,
        installing: ClusterAddOns,
        endpoints: ClusterEndpoints,
    ) -> None:
        self._database, self._vault, self._access = database, vault, access
        self._endpoints = endpoints
        self._work: Mapping[str, Callable[[str], Sequence[str] | None]] = {
            CERTIFICATES: self._ensure_certificates,
            ETCD_PREFIX: self._claim_prefix,
            JOIN_TOKENS: joining.ensure_tokens,
            ENDPOINT_PAIR: endpoints.await_pair,
            ENDPOINT: endpoints.carry,
            RELEASE: self._release,
            **{name: _installs(installing, name) for name in add_ons.MANAGED},
        }

    def run(self, resource_id: str, task: str) -> Sequence[str] | None:
        return self._work[task](resource_id)

    def _ensure_certificates(self, resource_id: str) -> None:
        with self._database.read() as session:
            name = resources.get(session, resource_id).name
        self._vault.ensure_cluster_authorities(ResourceId(resource_id), name)

    def _claim_prefix(self, resource_id: str) -> None:
        claim_prefix(self._database, self._vault, resource_id)

    def _release(self, resource_id: str) -> Sequence[str]:
        """The pair lets go of the VIP before somebody else may have it."""
        informed = self._endpoints.withdraw(resource_id)
        self._access.forget(resource_id)
        forget_data(self._database, self._vault, resource_id)
        self._vault.remove_cluster(ResourceId(resource_id))
        with self._database.write() as session:
            leases.free_of_resource(session, resource_id)
        return informed


def _installs(installing: ClusterAddOns, name: str) -> Callable[[str], None]:
    return lambda resource_id: installing.bring_up_to_date(resource_id, name)
