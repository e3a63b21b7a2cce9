"""POST /clusters against what other clusters hold in the same L2 network."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from provisioner.store.tables import Lease
from tests.api.asking import accepted, create, faults
from tests.api.served import Api
from tests.unit.documents import cluster_document

POOL_ADDRESSES = {"ranges": ["10.0.0.40-10.0.0.49"], "prefixLength": 24}


def neighbour(**changes: Any) -> dict[str, Any]:
    return cluster_document(name="c2", endpoint={"vip": "10.0.0.11"}) | changes


@pytest.fixture
def first(operator: httpx.Client) -> dict[str, Any]:
    document = cluster_document(loadBalancerRanges=["10.0.0.20-10.0.0.29"])
    document["nodePools"][0]["addresses"] = POOL_ADDRESSES
    return create(operator, document)


@pytest.mark.usefixtures("first")
@pytest.mark.parametrize(
    ("changes", "path", "advice"),
    [
        ({"name": "c1"}, "name", "already"),
        ({"endpoint": {"vip": "10.0.0.10"}}, "endpoint.vip", "in use by cluster 'c1'"),
        ({"endpoint": {"vip": "10.0.0.25"}}, "endpoint.vip", "loadBalancerRanges.0"),
        ({"loadBalancerRanges": ["10.0.0.0/27"]}, "loadBalancerRanges.0", "10.0.0.10 is in use"),
        (
            {"loadBalancerRanges": ["10.0.0.28-10.0.0.31"]},
            "loadBalancerRanges.0",
            "overlaps loadBalancerRanges.0 of cluster 'c1'",
        ),
        (
            {"loadBalancerRanges": ["10.0.0.45-10.0.0.60"]},
            "loadBalancerRanges.0",
            "nodePools.0.addresses.ranges.0 of cluster 'c1'",
        ),
    ],
)
def test_collision(operator: httpx.Client, changes: dict[str, Any], path: str, advice: str) -> None:
    found = faults(operator.post("/clusters", json=neighbour(**changes)))
    assert advice in found[path]


@pytest.mark.usefixtures("first")
def test_node_addresses_in_balancer_ranges(operator: httpx.Client) -> None:
    document = neighbour()
    addresses = {"ranges": ["10.0.0.28-10.0.0.39"], "prefixLength": 24}
    document["nodePools"][0]["addresses"] = addresses
    found = faults(operator.post("/clusters", json=document))
    assert set(found) == {"nodePools.0.addresses.ranges.0"}


@pytest.mark.usefixtures("first")
def test_shared_node_addresses_are_fine(operator: httpx.Client) -> None:
    document = neighbour()
    document["nodePools"][0]["addresses"] = POOL_ADDRESSES
    create(operator, document)


@pytest.mark.usefixtures("first")
def test_another_network_is_another_world(operator: httpx.Client) -> None:
    document = neighbour(endpoint={"vip": "10.0.0.10"}, loadBalancerRanges=["10.0.0.20-10.0.0.29"])
    document["placement"]["networks"] = [{"name": "others"}]
    create(operator, document)


@pytest.mark.usefixtures("first")
def test_other_organisations_count_but_are_not_named(api: Api) -> None:
    api.add_vcenter("theirs")
    theirs = api.client("operator", "theirs")
    document = cluster_document(loadBalancerRanges=["10.0.0.20"])
    found = faults(theirs.post("/clusters", json=document))
    assert set(found) == {"endpoint.vip", "loadBalancerRanges.0"}
    assert all("another organisation" in message for message in found.values())
    assert "c1" not in str(found)


@pytest.mark.usefixtures("first")
def test_a_change_is_measured_too(operator: httpx.Client) -> None:
    create(operator, neighbour())
    answer = operator.patch("/clusters/c2", json={"loadBalancerRanges": ["10.0.0.20"]})
    assert set(faults(answer)) == {"loadBalancerRanges.0"}
    accepted(operator.patch("/clusters/c2", json={"loadBalancerRanges": ["10.0.0.30"]}))
    accepted(operator.patch("/clusters/c2", json={"loadBalancerRanges": ["10.0.0.30-10.0.0.31"]}))


def test_vrids_differ(api: Api, operator: httpx.Client) -> None:
    create(operator)
    create(operator, neighbour())
    query = select(Lease.value).where(
        Lease.kind == "vrid", Lease.domain.startswith(api.vcenter_uuid)
    )
    with api.database.read() as session:
        assert sorted(session.scalars(query)) == ["1", "2"]
