"""One master leads; nobody else does until its VM is proven gone, nor once a cluster exists."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import leadership, nodes, resources
from provisioner.store.leadership import Claim
from provisioner.store.tables import Node, Resource
from tests.store.crowds import at_once
from tests.store.estate import Estate


@pytest.fixture
def masters(estate: Estate) -> list[Node]:
    resource = estate.cluster()
    estate.look(resource)
    return estate.nodes(resource, CONTROL_PLANE)


def claim(estate: Estate, node: Node, ip: str = "10.0.0.11") -> Claim:
    def ask(session: Session) -> Claim:
        resources.lock(session, node.resource_id)
        return leadership.claim(session, nodes.get(session, node.id), ip)

    return estate.write(ask)


def clear(estate: Estate, node: Node) -> None:
    estate.write(lambda session: leadership.clear(session, node.id))


def test_of_32_claims_at_once_one_wins(estate: Estate, masters: list[Node]) -> None:
    claims = at_once(32, lambda number: claim(estate, masters[number % 3], f"10.0.0.{number}"))
    winners = {found.hostname for found in claims if found.won}
    assert len(winners) == 1
    assert {found.hostname for found in claims} == winners
    leading = [node for node in estate.nodes(masters[0].resource_id) if node.leading_at]
    assert [node.name for node in leading] == list(winners)


def test_the_same_node_wins_again_with_its_new_address(estate: Estate, masters: list[Node]) -> None:
    claim(estate, masters[0], "10.0.0.11")
    led_since = estate.nodes(masters[0].resource_id)[0].leading_at
    assert claim(estate, masters[0], "10.0.0.12") == Claim(True, masters[0].name, "10.0.0.12")
    assert claim(estate, masters[1], "10.0.0.13") == Claim(False, masters[0].name, "10.0.0.12")
    assert estate.nodes(masters[0].resource_id)[0].leading_at == led_since


def test_a_claim_ends_with_its_own_node_only(estate: Estate, masters: list[Node]) -> None:
    claim(estate, masters[0])
    clear(estate, masters[1])
    assert not claim(estate, masters[1]).won
    clear(estate, masters[0])
    assert claim(estate, masters[1]).won


def test_nobody_founds_a_second_cluster_beside_a_ready_master(
    estate: Estate, masters: list[Node]
) -> None:
    estate.set(masters[2], phase=Phase.READY, ready_at=estate.now)
    assert claim(estate, masters[1]) == Claim(False, "", "")


def test_nobody_founds_a_cluster_anew_where_one_was(estate: Estate, masters: list[Node]) -> None:
    def establish(_: Session, resource: Resource) -> None:
        resource.established = True

    estate.locked(masters[0].resource_id, establish)
    assert not claim(estate, masters[1]).won


def test_nobody_founds_a_cluster_anew_because_all_masters_look_lost(
    estate: Estate, masters: list[Node]
) -> None:
    lost = {"phase": Phase.READY, "lost": Loss.GONE, "lost_at": estate.now}
    estate.set(masters[:2], ready_at=estate.now, **lost)
    assert not claim(estate, masters[2]).won


def test_others_join_one_that_serves(estate: Estate, masters: list[Node]) -> None:
    for age, node in enumerate(masters):
        created = estate.now + timedelta(seconds=age)
        estate.set(node, phase=Phase.READY, lost=Loss.OFF, created_at=created)
    resource = masters[0].resource_id
    for served in (masters[2], masters[1]):
        estate.set(served, lost=None)
        found = estate.read(lambda session: leadership.ready_member(session, resource))
        assert found
        assert found.id == served.id


def test_the_leader_is_known_by_its_cluster(estate: Estate, masters: list[Node]) -> None:
    resource = masters[0].resource_id
    assert estate.read(lambda session: leadership.leader(session, resource)) is None
    claim(estate, masters[0])
    held = estate.read(lambda session: leadership.leader(session, resource))
    assert held
    assert (held.node_id, held.ip) == (masters[0].id, "10.0.0.11")
