"""The kind `cluster`: what its parts are. Each method is told by `Kind`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from provisioner.bootstrap.interface import Bootstrapper
from provisioner.domain.conditions import Condition
from provisioner.settings import Settings
from provisioner.store import leadership
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.vault.vault import Vault
from workflows.kinds import channel_answers, cluster_endpoint, cluster_members, node_health
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_add_ons import ClusterAddOns
from workflows.kinds.cluster_care import Check, ClusterCare
from workflows.kinds.cluster_endpoint import ClusterEndpoints
from workflows.kinds.cluster_etcd import ClusterEtcd
from workflows.kinds.cluster_joining import ClusterJoining
from workflows.kinds.cluster_leaving import ClusterLeaving
from workflows.kinds.cluster_nodes import ClusterNodes
from workflows.kinds.cluster_remains import CONDITION as FORGOTTEN
from workflows.kinds.cluster_remains import ClusterRemains
from workflows.kinds.cluster_tasks import ClusterTasks
from workflows.kinds.etcd_health import HEALTH as ETCD_HEALTH
from workflows.kinds.interface import Answer, Configuration, Farewell, Unwanted
from workflows.kinds.kubelet_certificates import CONDITION as CERTIFICATES_HELD
from workflows.kinds.kubelet_certificates import KubeletCertificates


class ClusterKind:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        access: ClusterAccess,
        bootstrapper: Bootstrapper,
        settings: Settings,
    ) -> None:
        self._database = database
        certificates = KubeletCertificates(database)
        add_ons = ClusterAddOns(database, vault, access, settings)
        self._nodes = ClusterNodes(database, vault, bootstrapper, settings)
        self._joining = ClusterJoining(database, vault, access, certificates, settings)
        self._leaving = ClusterLeaving(database, vault, access, self._joining, settings)
        self._etcd = ClusterEtcd(database, vault)
        endpoints = ClusterEndpoints(database, settings)
        self._tasks = ClusterTasks(database, vault, access, self._joining, add_ons, endpoints)
        checks = (
            Check(cluster_endpoint.CONDITION, endpoints.look, needs_api=False),
            Check(ETCD_HEALTH, self._etcd.look, needs_api=False),
            Check(node_health.CONDITION, node_health.look),
            Check(CERTIFICATES_HELD, certificates.look),
            Check("AddOnsHealthy", lambda one: add_ons.look(one.resource_id, one.spec, one.api)),
            Check(FORGOTTEN, ClusterRemains(database, settings).look),
        )
        self._care = ClusterCare(database, access, checks)

    def extra_config(self, node_id: str) -> dict[str, str]:
        return self._nodes.extra_config(node_id)

    def admit(self, node_id: str) -> None:
        self._joining.admit(node_id)

    def retire(self, node_id: str, until: datetime, unwanted: Unwanted) -> str | None:
        return self._leaving.retire(node_id, until, unwanted)

    def farewell(self, node_id: str) -> Farewell | None:
        return cluster_members.farewell(self._database, node_id)

    def end_membership(self, node_id: str) -> None:
        self._etcd.end_membership(node_id)

    def bury(self, node_id: str, unwanted: Unwanted) -> None:
        self._leaving.bury(node_id, unwanted)

    def clean_up(self, node_id: str) -> None:
        self._leaving.clean_up(node_id)

    def forget(self, session: Session, node: Node) -> None:
        leadership.clear(session, node.id)

    def run_task(self, resource_id: str, task: str) -> Sequence[str] | None:
        return self._tasks.run(resource_id, task)

    def configurations(self, resource_id: str) -> Mapping[str, Configuration]:
        return cluster_members.configurations(self._database, resource_id)

    def answer(self, guest_info: Mapping[str, str]) -> Answer | None:
        return channel_answers.answer(guest_info)

    def care(self, resource_id: str) -> tuple[Condition, ...]:
        return self._care.look(resource_id)
