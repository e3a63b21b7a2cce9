"""Operations on the wire."""

from datetime import datetime

from api.schemas import Out
from provisioner.store.tables import Operation, Resource


class StepOut(Out):
    """`state`: waiting, running, done or failed."""

    name: str
    state: str
    percent: int
    detail: str
    started_at: datetime | None
    finished_at: datetime | None


class ClusterRef(Out):
    """What is changed. `kind`: cluster, etcd-cluster, load-balancer or image."""

    id: str
    name: str
    kind: str


class OperationOut(Out):
    """`state`: running, succeeded, failed or superseded (by a newer generation's operation)."""

    id: str
    cluster: ClusterRef
    kind: str
    generation: int
    state: str
    percent: int
    steps: list[StepOut]
    reason: str | None
    superseded_by: str | None
    requested_by: str
    started_at: datetime
    finished_at: datetime | None


class OperationList(Out):
    items: list[OperationOut]


def shown(operation: Operation, resource: Resource) -> OperationOut:
    return OperationOut(
        id=operation.id,
        cluster=ClusterRef(id=resource.id, name=resource.name, kind=resource.kind),
        kind=operation.kind,
        generation=operation.generation,
        state=operation.state or "running",
        percent=operation.percent or 0,
        steps=[StepOut.model_validate(step) for step in operation.steps or []],
        reason=operation.reason,
        superseded_by=operation.superseded_by,
        requested_by=operation.requested_by,
        started_at=operation.started_at,
        finished_at=operation.finished_at,
    )
