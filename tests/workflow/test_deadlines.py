"""Deadlines by the workflow's clock, which tests turn forward: ten minutes take no time."""

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.workflow.clock import Clock
from tests.workflow.guests import never
from tests.workflow.site import Site
from tests.workflow.subject import Subject

LIMITS = Deadlines()


async def test_a_node_without_an_address_is_replaced_and_given_up(running: Site) -> None:
    subject = Subject.create(running)
    subject.guests.has_address = never
    clock = Clock(subject)
    await subject.until(lambda: len(_at(subject, "waiting for an address")) == 1)
    await clock.turn(LIMITS.address - 60)
    assert [node.attempt for node in subject.nodes(gone=True)] == [1]

    await clock.turn(120)
    await subject.until(lambda: len(_at(subject, "waiting for an address", attempt=2)) == 1)
    # The clock is past their deadlines now: the machines' own clocks can't be turned.
    subject.poke()
    await subject.until(lambda: len(_at(subject, "waiting for an address", attempt=3)) == 1)
    subject.poke()
    await subject.becomes("FAILED")
    failures = [node.failure or "" for node in subject.nodes(gone=True)]
    assert len(failures) == 3
    assert all("still waiting for an address after" in failure for failure in failures)
    assert "still waiting for an address" in (subject.operations()[0].reason or "")
    await subject.until(lambda: subject.machines() == [])


async def test_who_waits_for_its_turn_has_all_the_time(running: Site) -> None:
    subject = Subject.create(running, core=3)
    subject.guests.gets_ready = lambda node: node.leading_at is not None
    await subject.until(lambda: len(_at(subject, "waiting for its turn to join")) == 1)
    await subject.until(lambda: len(_at(subject, "bootstrapping")) == 1)
    [joining], [queued] = (
        _at(subject, "bootstrapping"),
        _at(subject, "waiting for its turn to join"),
    )

    await Clock(subject).turn(LIMITS.bootstrap + 60)
    await subject.until(lambda: _row(subject, joining).phase == Phase.GONE)
    assert "still bootstrapping" in (_row(subject, joining).failure or "")
    await subject.until(lambda: _row(subject, queued).join_granted_at is not None)
    assert _row(subject, queued).failure is None


def _at(subject: Subject, step: str, attempt: int = 1) -> list[Node]:
    found = [node for node in subject.nodes() if node.phase == Phase.CREATING]
    return [n for n in found if nodes.facts(n).step == step and n.attempt == attempt]


def _row(subject: Subject, node: Node) -> Node:
    with subject.site.database.read() as session:
        return nodes.get(session, node.id)
