"""Regular care: a round takes whoever is due, and one's trouble is not another's."""

from provisioner.domain.conditions import Condition
from provisioner.store.care import SOON
from provisioner.store.types import utc_now
from tests.workflow.site import Site
from tests.workflow.subject import Subject

ILL = Condition(type="Healthy", status="False", reason="Ill", message="it coughs")


def due_again(subject: Subject) -> None:
    with subject.site.database.write() as session:
        subject_row = session.merge(subject.row)
        subject_row.care_due_at = None


async def test_what_serves_is_cared_for_and_what_was_found_is_shown(running: Site) -> None:
    subject = Subject.create(running)
    await running.care()
    assert running.kind.names("care") == []
    await subject.becomes("RUNNING")
    running.kind.on_care = lambda _: (ILL,)
    due_again(subject)
    await running.care()
    await running.care()
    assert running.kind.names("care") == [subject.id]
    assert subject.row.care_conditions == [ILL.model_dump()]
    assert [event.message for event in subject.events("Ill")] == ["Healthy is False: it coughs"]
    assert subject.status == "RUNNING"


async def test_a_new_node_is_a_reason_to_look_soon(running: Site) -> None:
    subject = Subject.create(running)
    await subject.becomes("RUNNING")
    due_again(subject)
    await running.care()
    before = subject.row
    assert before.care_due_at > utc_now() + SOON
    subject.scale(pool1=1)
    await subject.becomes("RUNNING")
    assert subject.row.care_due_at <= utc_now() + SOON
    assert subject.row.cared_at == before.cared_at


async def test_care_that_fails_is_repeated_with_the_next_round(running: Site) -> None:
    subject = Subject.create(running)
    await subject.becomes("RUNNING")

    def fails(_: str) -> tuple[Condition, ...]:
        raise RuntimeError("a fault of ours")

    running.kind.on_care = fails
    due_again(subject)
    await running.care()
    assert subject.row.care_conditions == []
    assert subject.row.cared_at is None
    running.kind.on_care = lambda _: (ILL,)
    due_again(subject)
    await running.care()
    assert subject.row.care_conditions == [ILL.model_dump()]


async def test_care_costs_vcenter_nothing(running: Site) -> None:
    subject = Subject.create(running)
    await subject.becomes("RUNNING")
    control = running.servers.vcenter.control
    before = {name for name in control.requests() if not name.startswith("WaitFor")}
    due_again(subject)
    control.reset_requests()
    await running.care()
    after = {name for name in control.requests() if not name.startswith("WaitFor")}
    assert running.kind.names("care") == [subject.id]
    assert before
    assert after == set()


async def test_a_node_leaves_before_its_machine_goes(running: Site) -> None:
    """Whoever is in the way is told, and the machine stays meanwhile."""
    subject = Subject.create(running, pool1=1)
    await subject.becomes("RUNNING")
    [node] = subject.nodes("pool1")
    machines = len(subject.machines())
    running.kind.kept = (node.id,)
    subject.scale()
    await subject.until(lambda: _problem(subject, node.id) == "the test keeps it")
    assert len(subject.machines()) == machines
    running.kind.kept = ()
    await subject.becomes("RUNNING")
    assert len(subject.machines()) == machines - 1


def _problem(subject: Subject, node_id: str) -> str | None:
    return next((node.problem for node in subject.nodes() if node.id == node_id), None)
