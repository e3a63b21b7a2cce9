"""A change of a pair is done when its members have applied it: what they answer, on record."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from provisioner.domain.load_balancers import CONFIGURED
from provisioner.domain.nodes import Loss
from provisioner.store import nodes, resources
from provisioner.store.tables import Node, Operation
from provisioner.store.types import utc_now
from tests.kinds.test_load_balancer_rolls import edge
from tests.store.estate import Estate

__all__ = ["edge"]

REFUSAL = {"answered": "r2", "misconfigured": "refused: line 3"}


@pytest.fixture
def told(estate: Estate, edge: str) -> list[Node]:
    """The members of a pair whose server is being drained: their VMs carry that."""
    members = estate.nodes(edge)
    for number, node in enumerate(members, 11):
        estate.set(node, address=f"10.2.0.{number}")
    estate.change(edge, serverStates={"east1": "drain"})
    estate.look(edge)
    estate.finish(edge)
    estate.set(members, configuration="r2", configured_at=utc_now(), answered="r1")
    return members


def operation(estate: Estate, edge: str) -> Operation:
    estate.look(edge)
    return estate.operation(edge)


def answer(estate: Estate, members: Iterable[Node], **values: str) -> None:
    estate.set(members, **({"answered": "r2"} | values))


def test_it_is_done_when_all_have_applied_it(estate: Estate, edge: str, told: list[Node]) -> None:
    first, second = told
    answer(estate, [first])
    waiting = operation(estate, edge)
    [step] = [one for one in waiting.steps if one["name"] == CONFIGURED]
    assert (waiting.state, step["detail"]) == ("running", "1 of 2 nodes have applied it")
    answer(estate, [second])
    assert operation(estate, edge).state == "succeeded"
    assert estate.resource(edge).status == "RUNNING"


def test_a_refusal_ends_it_with_its_reason(estate: Estate, edge: str, told: list[Node]) -> None:
    first, second = told
    answer(estate, [first])
    answer(estate, [second], **REFUSAL)
    failed = operation(estate, edge)
    assert (failed.state, failed.reason) == ("failed", f"{second.name}: refused: line 3")
    assert estate.resource(edge).status == "DEGRADED"


def test_what_was_done_stays_done_whatever_is_answered_later(
    estate: Estate, edge: str, told: list[Node]
) -> None:
    answer(estate, told)
    done = operation(estate, edge)
    answer(estate, told, **REFUSAL)
    assert operation(estate, edge).id == done.id
    assert estate.operation(edge).state == "succeeded"
    assert estate.resource(edge).status == "DEGRADED"


@pytest.mark.parametrize("again", ["change", "retry"])
def test_whoever_tries_again_gets_another_answer(
    estate: Estate, edge: str, told: list[Node], again: str
) -> None:
    answer(estate, told, **REFUSAL)
    assert operation(estate, edge).state == "failed"
    if again == "retry":
        estate.locked(edge, lambda session, row: resources.retry(session, row, "bob"))
    else:
        estate.change(edge, failback="manual")
    estate.finish(edge)
    assert operation(estate, edge).state == "running"
    answer(estate, estate.nodes(edge))
    assert operation(estate, edge).state == "succeeded"


def test_one_that_was_off_has_its_time_when_it_is_back(
    estate: Estate, edge: str, told: list[Node]
) -> None:
    long_ago = utc_now() - timedelta(hours=1)
    estate.set(told, configured_at=long_ago)

    def off_and_on(session: Session) -> None:
        node = nodes.get(session, told[0].id)
        nodes.note_lost(node, Loss.OFF, utc_now())
        nodes.note_lost(node, None, utc_now())

    estate.write(off_and_on)
    back, on = (node.configured_at for node in estate.nodes(edge))
    assert on == long_ago < back
