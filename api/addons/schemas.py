"""A cluster's add-ons on the wire."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from api.schemas import Out
from provisioner.domain import add_on_states, add_ons
from provisioner.domain.add_on_states import State
from provisioner.domain.planning.wishes import TaskFacts
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store.tables import AddOnRow


class AddOnOut(Out):
    """`program` and `version` as wanted, of kubeadm's as seen. `objects` are those in the cluster.

    `managed` ones are put in and taken out by the service; the others come with kubeadm.
    """

    name: str
    program: str | None
    version: str | None
    managed: bool
    wanted: bool
    state: State
    reason: str | None
    objects: int | None
    seen_at: datetime | None


class AddOnList(Out):
    items: list[AddOnOut]


def shown(
    spec: ClusterSpec, tasks: Mapping[str, TaskFacts], seen: Mapping[str, AddOnRow]
) -> Iterator[AddOnOut]:
    for name in add_ons.MANAGED:
        yield _ours(spec, name, tasks.get(name), seen.get(name))
    for name in add_ons.OF_KUBEADM:
        yield _kubeadms(name, seen.get(name))


def _ours(spec: ClusterSpec, name: str, task: TaskFacts | None, row: AddOnRow | None) -> AddOnOut:
    wish = add_ons.wish(spec, name)
    if wish is None:
        state, reason = State.ABSENT, None
    else:
        problems = row.problems if row else ()
        state, reason = add_on_states.of_ours(wish, add_ons.key(spec, wish), task, problems)
    if state is State.ABSENT:
        reason = add_ons.why_absent(spec, name)
    return AddOnOut(
        name=name,
        program=wish and wish.program,
        version=row.version if row and row.version else wish and wish.version,
        managed=True,
        wanted=wish is not None and not wish.removed,
        state=state,
        reason=reason,
        objects=row and row.objects,
        seen_at=row and row.seen_at,
    )


def _kubeadms(name: str, row: AddOnRow | None) -> AddOnOut:
    state, reason = add_on_states.of_others(row is not None, row.problems if row else ())
    return AddOnOut(
        name=name,
        program=row and row.program,
        version=row and row.version,
        managed=False,
        wanted=True,
        state=state,
        reason=reason,
        objects=row and row.objects,
        seen_at=row and row.seen_at,
    )
