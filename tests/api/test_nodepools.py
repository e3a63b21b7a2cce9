"""Node pools: looked at, added, scaled, deprived of chosen nodes, deleted."""

from typing import Any

import httpx
import pytest

from provisioner.store import clusters, resources
from tests.api.asking import POOL, accepted, create, faults, shown
from tests.api.looking import change, look, make_ready, of_group
from tests.api.served import Api
from tests.unit.documents import cluster_document

POOLS = "/clusters/c1/nodepools"
POOL1 = f"{POOLS}/pool1"


@pytest.fixture(autouse=True)
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator)


def test_list_and_show(api: Api, viewer: httpx.Client, cluster: dict[str, Any]) -> None:
    make_ready(api, cluster)
    [found] = viewer.get(POOLS).json()["items"]
    assert (found["name"], found["size"]) == ("pool1", 2)
    assert found["nodes"] == {"ready": 2, "total": 2}
    assert viewer.get(POOL1).json() == found
    assert viewer.get(f"{POOLS}/control-plane").status_code == 404


def test_add(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    answer = operator.post(POOLS, json=POOL | {"labels": {"disk": "ssd"}})
    assert accepted(answer)["generation"] == 2
    location = answer.headers["location"]
    assert location == f"/clusters/{cluster['id']}/nodepools/pool2"
    assert operator.get(location).json()["labels"] == {"disk": "ssd"}


def test_add_names_all_faults_in_the_pools_own_words(operator: httpx.Client) -> None:
    pool = {
        "name": "pool1",
        "size": 3,
        "vcpu": "many",
        "template": "missing",
        "addresses": {"ranges": ["10.0.0.9-10.0.0.10"], "prefixLength": 24},
    }
    found = faults(operator.post(POOLS, json=pool))
    assert set(found) == {"name", "vcpu", "template", "addresses.ranges", "addresses.ranges.0"}


def test_an_old_fault_is_not_in_the_way(api: Api, operator: httpx.Client) -> None:
    """The first pool's template went away; the second pool's is fine."""
    document = cluster_document(name="c2", endpoint={"vip": "10.0.0.11"})
    create(operator, document)
    org_id = api.organisation()
    with api.database.write() as session:
        resource = resources.find(session, org_id, "cluster", "c2")
        spec = clusters.spec_of(session, resource).model_dump(mode="json", by_alias=True)
        spec["nodePools"][0]["template"] = "gone"
        resources.change(session, resource, "change", "test", spec)
    accepted(operator.post("/clusters/c2/nodepools", json=POOL))
    accepted(operator.patch("/clusters/c2/nodepools/pool1", json={"size": 1}))


def test_scale(operator: httpx.Client) -> None:
    operation = accepted(operator.patch(POOL1, json={"size": 5}))
    assert operation["kind"] == "scale"
    assert operator.get(POOL1).json()["size"] == 5
    accepted(operator.patch(POOL1, json={"size": 0}))
    assert operator.get(POOL1).json()["size"] == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {""}),
        ({"size": -1}, {"size"}),
        ({"size": 1001}, {"size"}),
        ({"size": "2"}, {"size"}),
        ({"size": None}, {"size"}),
        ({"labels": {}}, {"labels"}),
        ({"labels": {}, "size": "x", "colour": 1}, {"labels", "size", "colour"}),
        ({"remove": ["nobody"]}, {"remove.0"}),
        ({"remove": "nobody"}, {"remove"}),
    ],
)
def test_what_can_not_change(
    operator: httpx.Client, change: dict[str, Any], expected: set[str]
) -> None:
    assert set(faults(operator.patch(POOL1, json=change))) == expected
    assert shown(operator, "c1")["generation"] == 1


def test_chosen_nodes_shrink_the_pool(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    first, second = of_group(make_ready(api, cluster), "pool1")
    accepted(operator.patch(POOL1, json={"remove": [first.name]}))
    assert operator.get(POOL1).json()["size"] == 1
    [removing] = [node for node in look(api, cluster) if node.phase == "removing"]
    assert removing.name == first.name
    found = faults(operator.patch(POOL1, json={"remove": [first.name, second.name, second.name]}))
    assert set(found) == {"remove.0", "remove.2"}
    assert "already" in found["remove.0"]


def test_chosen_nodes_are_replaced(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    first, _ = of_group(make_ready(api, cluster), "pool1")
    body = {"size": 2, "remove": [first.name]}
    plan = operator.patch(f"{POOL1}?dryRun=true", json=body).json()["plan"]
    assert plan["create"] == [{"group": "pool1", "count": 1}]
    assert [one["node"] for one in plan["remove"]] == [first.name]
    accepted(operator.patch(POOL1, json=body))
    assert operator.get(POOL1).json()["size"] == 2


def test_nodes_of_other_pools_can_not_be_chosen(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    [master, *_] = of_group(look(api, cluster), "control-plane")
    assert set(faults(operator.patch(POOL1, json={"remove": [master.name]}))) == {"remove.0"}


def test_dead_nodes_can_not_be_chosen(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    [node, *_] = of_group(look(api, cluster), "pool1")
    change(api, node, phase="removing")
    assert set(faults(operator.patch(POOL1, json={"remove": [node.name]}))) == {"remove.0"}


def test_too_few_addresses(operator: httpx.Client) -> None:
    addresses = {"ranges": ["10.0.0.40-10.0.0.42"], "prefixLength": 24}
    accepted(operator.post(POOLS, json=POOL | {"addresses": addresses}))
    found = faults(operator.patch(f"{POOLS}/pool2", json={"size": 4}))
    assert "3 addresses" in found["size"]


def test_delete(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    make_ready(api, cluster)
    plan = operator.delete(f"{POOL1}?dryRun=true").json()["plan"]
    assert len(plan["remove"]) == 2
    accepted(operator.delete(POOL1))
    assert operator.get(POOLS).json() == {"items": []}
    assert operator.delete(POOL1).status_code == 404


def test_a_name_is_free_again_when_the_old_nodes_are_gone(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    """Else the new pool would take over the old one's machines."""
    rows = of_group(make_ready(api, cluster), "pool1")
    accepted(operator.delete(POOL1))
    for left in (rows, of_group(look(api, cluster), "pool1")[:1]):
        found = faults(operator.post(POOLS, json=POOL | {"name": "pool1", "size": "x"}))
        assert set(found) == {"name", "size"}
        assert "still has nodes" in found["name"]
        for node in rows:
            change(api, node, phase="removing" if node in left else "gone")
    for node in rows:
        change(api, node, phase="gone")
    accepted(operator.post(POOLS, json=POOL | {"name": "pool1"}))


def test_faults_that_rest_on_a_mistyped_field_are_left_out(operator: httpx.Client) -> None:
    """Whether the addresses suffice is not known while the size isn't."""
    addresses = {"ranges": ["10.0.0.40-10.0.0.41"], "prefixLength": "24"}
    found = faults(operator.post(POOLS, json=POOL | {"size": 1, "addresses": addresses}))
    assert set(found) == {"addresses.prefixLength"}


def test_unknown_pool(operator: httpx.Client) -> None:
    assert operator.patch(f"{POOLS}/nope", json={"size": 1}).status_code == 404
    assert operator.get("/clusters/nope/nodepools").status_code == 404
