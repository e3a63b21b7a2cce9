"""Members whose VMs have to be made anew, on record: who goes, when, where its successor stands."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from provisioner.domain.load_balancers import KIND
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.wishes import When
from provisioner.store import (
    leases,
    load_balancer_estates,
    load_balancer_leases,
    nodes,
    resources,
)
from provisioner.store.resources import NewResource
from provisioner.store.tables import Node
from tests.store.estate import Estate
from tests.store.test_load_balancers import pair, placed


@pytest.fixture
def edge(estate: Estate) -> str:
    """A pair that serves."""
    estate.set_vcenter(name="vc1", state="connected", watched_at=estate.now)
    spec = pair(members=[placed(1), placed(2)])

    def create(session: Session) -> str:
        body = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        new = NewResource(estate.org, KIND, "edge", estate.vcenter, body, "alice")
        resource, _ = resources.create(session, new)
        where = load_balancer_estates.find_estate(session, estate.org, spec)
        load_balancer_leases.reserve(session, resource, spec, where)
        return resource.id

    made = estate.write(create)
    estate.settle(made)
    return made


def alive(estate: Estate, edge: str) -> dict[str, Node]:
    found = (node for node in estate.nodes(edge) if node.phase in (Phase.CREATING, Phase.READY))
    return {node.group: node for node in found}


def leave(estate: Estate, node: Node) -> None:
    def gone(session: Session) -> None:
        leases.free_of_node(session, node.id)
        nodes.get(session, node.id).phase = Phase.GONE

    estate.write(gone)


def grown(number: int, **changes: Any) -> dict[str, Any]:
    return (
        pair(members=[placed(number, **changes)])
        .members[0]
        .model_dump(mode="json", by_alias=True, exclude_none=True)
    )


def test_a_successor_has_the_new_vintage_the_same_address_and_a_history(
    estate: Estate, edge: str
) -> None:
    before = alive(estate, edge)
    estate.change(edge, members=[grown(1, vcpu=4), grown(2)])
    estate.look(edge)
    assert set(alive(estate, edge)) == {"m2"}
    [told] = [one.message for one in estate.events(edge) if one.reason == "NodeRemovalPlanned"]
    assert told == f"{before['m1'].name}: it is made anew: what only a new VM can get has changed"
    leave(estate, before["m1"])
    estate.look(edge)
    after = alive(estate, edge)["m1"]
    assert after.vintage not in ("", before["m1"].vintage)
    assert after.nics[0]["address"] == before["m1"].nics[0]["address"]
    assert after.place["vcpu"] == 4


def test_the_second_goes_when_the_first_serves_again(estate: Estate, edge: str) -> None:
    before = alive(estate, edge)
    estate.change(edge, statsVersion=2)
    for name in ("m1", "m2"):
        estate.look(edge)
        assert set(alive(estate, edge)) == {"m1", "m2"} - {name}
        leave(estate, before[name])
        estate.look(edge)
        estate.finish(edge)
        estate.ready([alive(estate, edge)[name]])
    assert estate.look(edge).settled


def test_members_stay_while_their_template_is_gone(estate: Estate, edge: str) -> None:
    before = alive(estate, edge)
    estate.change(edge, members=[grown(1, template="unknown"), grown(2)])
    held = estate.look(edge).held
    assert [one.group for one in held] == ["m1"]
    assert "unknown" in held[0].reason
    assert {node.id for node in alive(estate, edge).values()} == {n.id for n in before.values()}
    operation = estate.operation(edge)
    assert (operation.state, estate.resource(edge).status) == ("failed", "DEGRADED")
    assert f"{before['m1'].name}: it is to be made anew" in operation.reason
    [told] = [one.message for one in estate.events(edge) if one.reason == "ReplacementHeldBack"]
    assert told.startswith(f"{before['m1'].name} is not replaced: ")


def test_the_key_is_made_before_members_are(estate: Estate, edge: str) -> None:
    estate.change(edge, keyVersion=2)
    assert [wish.name for wish in estate.look(edge).tasks if wish.when is When.BEFORE_NODES] == [
        "secrets"
    ]
