"""Regular care of a cluster that serves: checks, each of which tells conditions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from provisioner.domain.conditions import Condition
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.store import clusters, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from workflows.kinds.cluster_access import ClusterAccess

REACHABLE = "ApiReachable"


@dataclass(frozen=True)
class Subject:
    """One cluster as a check sees it: rows as they were when its turn came, none that is gone."""

    resource_id: str
    spec: ClusterSpec
    nodes: tuple[Node, ...]
    api: KubernetesApi


@dataclass(frozen=True)
class Check:
    """`look` blocks, is idempotent and may mend what it finds; what it raises becomes a condition
    of this `type`. `needs_api`: nobody asks it while the Kubernetes API does not answer.
    """

    type: str
    look: Callable[[Subject], Iterable[Condition]]
    needs_api: bool = True


class ClusterCare:
    def __init__(self, database: Database, access: ClusterAccess, checks: Sequence[Check]) -> None:
        self._database, self._access, self._checks = database, access, checks

    def look(self, resource_id: str) -> tuple[Condition, ...]:
        """In the order of the checks, whether the API answers first."""
        with self._database.read() as session:
            spec = clusters.spec_of(session, resources.get(session, resource_id))
            known = tuple(nodes.of_resource(session, resource_id))
        try:
            api = self._access.api(resource_id)
        except ProvisionerError as err:
            return (_unreachable("Unknown", "NoAccess", err),)
        subject = Subject(resource_id, spec, known, api)
        reachable = _reachable(subject)
        answers = reachable.status == "True"
        found = [reachable]
        for check in self._checks:
            found += _outcome(check, subject) if answers or not check.needs_api else ()
        return tuple(found)


def _reachable(subject: Subject) -> Condition:
    try:
        version = subject.api.server_version()
    except ProvisionerError as err:
        return _unreachable("False", "NoAnswer", err)
    return Condition(type=REACHABLE, status="True", reason="Answers", message=version)


def _unreachable(status: str, reason: str, err: ProvisionerError) -> Condition:
    return Condition(type=REACHABLE, status=status, reason=reason, message=str(err))


def _outcome(check: Check, subject: Subject) -> list[Condition]:
    try:
        return list(check.look(subject))
    except ProvisionerError as err:
        reason = type(err).__name__
        return [Condition(type=check.type, status="Unknown", reason=reason, message=str(err))]
