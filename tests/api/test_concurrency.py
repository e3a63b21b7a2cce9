"""Many at once: no change is lost, no number given twice."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.api.asking import accepted, create, shown
from tests.api.served import Api
from tests.unit.documents import cluster_document

MANY = 20


def test_no_change_is_lost(operator: httpx.Client) -> None:
    """The last accepted generation wins, and every earlier one was on record."""
    create(operator)

    def patch(size: int) -> dict[str, object]:
        return accepted(operator.patch("/clusters/c1/nodepools/pool1", json={"size": size}))

    with ThreadPoolExecutor(MANY) as threads:
        operations = list(threads.map(patch, range(MANY)))
    generations = sorted((one["generation"], size) for size, one in enumerate(operations))
    assert [generation for generation, _ in generations] == list(range(2, MANY + 2))
    found = shown(operator, "c1")
    assert found["generation"] == MANY + 1
    assert found["spec"]["nodePools"][0]["size"] == generations[-1][1]


def test_all_but_the_last_are_superseded(operator: httpx.Client) -> None:
    create(operator)
    with ThreadPoolExecutor(MANY) as threads:
        for answer in threads.map(lambda _: operator.post("/clusters/c1/retry"), range(MANY)):
            accepted(answer)
    states = [one["state"] for one in operator.get("/operations?cluster=c1").json()["items"]]
    assert sorted(states) == ["running"] + ["superseded"] * MANY


def test_events_are_numbered_without_gaps(operator: httpx.Client) -> None:
    create(operator)
    with ThreadPoolExecutor(MANY) as threads:
        list(threads.map(lambda _: operator.post("/clusters/c1/retry"), range(MANY)))
    items = operator.get("/clusters/c1/events").json()["items"]
    assert [one["number"] for one in items] == list(range(1, MANY + 2))


def test_changes_of_different_fields_add_up(operator: httpx.Client) -> None:
    create(operator)
    pools = [{"name": f"p{index}", "template": "debian-12-node"} for index in range(8)]
    with ThreadPoolExecutor(8) as threads:
        for answer in threads.map(
            lambda pool: operator.post("/clusters/c1/nodepools", json=pool), pools
        ):
            accepted(answer)
    names = {pool["name"] for pool in shown(operator, "c1")["spec"]["nodePools"]}
    assert names == {"pool1"} | {pool["name"] for pool in pools}


def test_one_address_one_cluster(api: Api, operator: httpx.Client) -> None:
    def post(index: int) -> int:
        return operator.post("/clusters", json=cluster_document(name=f"c{index}")).status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(post, range(8))) == [202] + [422] * 7
