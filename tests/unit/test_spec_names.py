"""Names become hostnames and file names: they must fit, and be told apart."""

from typing import Any

import pytest

from tests.unit.documents import cluster_document, pool
from tests.unit.faults import advice_at, paths_of


def named(cluster: str, *pools: str) -> dict[str, Any]:
    return cluster_document(name=cluster, nodePools=[pool(name) for name in pools])


@pytest.mark.parametrize("name", ["c1", "a", "0a", "a-b-c", "a" * 40])
def test_a_dns_label_is_a_name(name: str) -> None:
    assert paths_of(named(name)) == []


@pytest.mark.parametrize("name", ["", "A", "a_b", "a.b", "-a", "a-", "é", "a\n", "a" * 64])
def test_anything_else_is_not(name: str) -> None:
    assert paths_of(named(name)) == ["name"]


def test_hostnames_of_63_characters_fit() -> None:
    cluster = "c" * (63 - len("-control-plane-xxxxx"))
    assert paths_of(named(cluster)) == []
    assert "shorten by 1" in advice_at("name", named(cluster + "c"))


def test_a_pool_is_told_by_how_much_its_hostnames_are_too_long() -> None:
    body = named("c1", "p" * (63 - len("c1--xxxxx")), "q" * 60)
    assert paths_of(body) == ["nodePools.1.name"]
    assert "shorten by 6" in advice_at("nodePools.1.name", body)


def test_each_repetition_of_a_pool_name_is_a_fault() -> None:
    assert paths_of(named("c1", "a", "b", "a", "a")) == ["nodePools.2.name", "nodePools.3.name"]


def test_a_pool_may_not_be_called_like_the_control_plane() -> None:
    assert paths_of(named("c1", "control-plane")) == ["nodePools.0.name"]


@pytest.mark.parametrize("name", ["certificates", "load-balancer", "join-tokens", "machines"])
def test_a_pool_may_not_be_called_like_another_step_of_an_operation(name: str) -> None:
    assert paths_of(named("c1", name)) == ["nodePools.0.name"]


def test_pools_of_one_name_are_each_looked_at() -> None:
    body = cluster_document(
        nodePools=[
            pool("a", addresses={"ranges": ["x"], "prefixLength": 24}),
            pool("a", addresses={"ranges": ["y"], "prefixLength": 24}),
            pool("control-plane", addresses={"ranges": ["z"], "prefixLength": 24}),
        ]
    )
    assert paths_of(body) == [
        "nodePools.0.addresses.ranges.0",
        "nodePools.1.addresses.ranges.0",
        "nodePools.1.name",
        "nodePools.2.addresses.ranges.0",
        "nodePools.2.name",
    ]
