"""A lost member's replacement on record: why, when, and why not."""

from datetime import timedelta

import pytest

from provisioner.domain.nodes import Loss, Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.store.estate import Estate
from tests.store.lives import alive, conditions, gone, pools, reasons


@pytest.fixture
def cluster(estate: Estate) -> str:
    """One master, three workers, as asked."""
    made = estate.cluster(controlPlane={"size": 1, "template": "debian-12-node"}, **pools(3))
    estate.settle(made)
    return made


def lose(estate: Estate, found: list[Node], lost: Loss = Loss.GONE) -> None:
    estate.set(found, lost=lost, lost_at=estate.now)


def test_a_replacement_is_on_record_with_its_reason(estate: Estate, cluster: str) -> None:
    [lost, *_] = alive(estate, cluster)
    lose(estate, [lost])
    estate.look(cluster)
    row = estate.read(lambda session: nodes.get(session, lost.id))
    assert (row.phase, row.repaired_at, row.retire, row.failure) == (
        Phase.REMOVING,
        estate.now,
        False,
        None,
    )
    assert "it is replaced" in (row.removal_reason or "")
    [successor] = [node for node in alive(estate, cluster) if node.replaces == lost.id]
    assert (successor.attempt, row.replaced) == (1, True)
    assert estate.resource(cluster).status == "UPDATING"
    estate.settle(cluster)
    assert estate.resource(cluster).status == "RUNNING"


def test_what_holds_it_back_is_told_once(estate: Estate, cluster: str) -> None:
    lose(estate, alive(estate, cluster)[:2])
    for _ in range(3):
        estate.look(cluster)
    assert reasons(estate, cluster).count("ReplacementHeldBack") == 2
    assert estate.resource(cluster).status == "DEGRADED"
    assert conditions(estate, cluster)["GroupReady/pool1"]["reason"] == "HeldBack"
    assert len(alive(estate, cluster)) == 3


def test_what_was_held_back_goes_on_when_it_may(estate: Estate, cluster: str) -> None:
    first, second, _ = alive(estate, cluster)
    lose(estate, [first, second])
    estate.look(cluster)
    estate.set(first, lost=None, lost_at=None)
    estate.look(cluster)
    row = estate.read(lambda session: nodes.get(session, second.id))
    assert (row.phase, row.held_back) == (Phase.REMOVING, None)


def test_replacements_of_the_last_hour_are_remembered(estate: Estate, cluster: str) -> None:
    """Whatever became of the rows, and of the generation they were made for."""
    for _ in range(3):
        lose(estate, alive(estate, cluster)[:1])
        estate.look(cluster)
        gone(estate, cluster)
        estate.settle(cluster)
    estate.change(cluster, sshKeys=[])
    lose(estate, alive(estate, cluster)[:1])
    estate.look(cluster)
    assert "within an hour" in conditions(estate, cluster)["GroupReady/pool1"]["message"]
    estate.set_vcenter(watched_at=estate.now + timedelta(hours=1))
    estate.look(cluster, seconds=3600)
    assert len([node for node in estate.nodes(cluster) if node.repaired_at]) == 4


@pytest.mark.parametrize("state", ["unreachable", "refused"])
def test_nothing_is_replaced_while_the_vcenter_is_sick(
    estate: Estate, cluster: str, state: str
) -> None:
    estate.set_vcenter(state=state, reason="no route to host")
    lose(estate, alive(estate, cluster)[:1])
    estate.look(cluster)
    told = conditions(estate, cluster)["GroupReady/pool1"]["message"]
    assert f"{state} (no route to host)" in told
    assert estate.operation(cluster).state == "succeeded"


def test_since_when_it_is_lost_stays_when_the_reason_changes(estate: Estate, cluster: str) -> None:
    [node, *_] = alive(estate, cluster)
    begun = estate.now

    def note(lost: Loss | None, seconds: int) -> bool:
        at = begun + timedelta(seconds=seconds)
        return estate.write(lambda s: nodes.note_lost(nodes.get(s, node.id), lost, at))

    assert note(Loss.OFF, 0)
    assert not note(Loss.OFF, 10)
    assert note(Loss.GONE, 20)
    assert estate.read(lambda session: nodes.get(session, node.id).lost_at) == begun
    assert note(None, 30)
    assert estate.read(lambda session: nodes.get(session, node.id).lost_at) is None


def test_an_unwatched_vcenter_is_sick(estate: Estate, cluster: str) -> None:
    estate.set_vcenter(watched_at=None)
    lose(estate, alive(estate, cluster)[:1])
    estate.look(cluster)
    assert "sign of life" in conditions(estate, cluster)["GroupReady/pool1"]["message"]
