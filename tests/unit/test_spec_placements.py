"""Where VMs go: one of each pair, and what a group says for itself wins."""

from typing import Any

import pytest

from provisioner.domain.spec.placement import Placement, PlacementOverride
from tests.unit.documents import cluster_document, pool
from tests.unit.faults import advice_at, paths_of

BASE = Placement.model_validate(
    {
        "datacenter": "DC1",
        "folder": "kubernetes",
        "cluster": "compute-1",
        "datastore": "local-1",
        "networks": [{"name": "nodes"}],
    }
)


def placed(**placement: Any) -> dict[str, Any]:
    given = {"datacenter": "DC1", "networks": [{"name": "nodes"}]}
    return cluster_document(placement=given | placement)


def overlaid(**override: Any) -> Placement:
    return BASE.overlaid(PlacementOverride.model_validate(override))


@pytest.mark.parametrize("compute", ["resourcePool", "cluster"])
@pytest.mark.parametrize("storage", ["datastore", "datastoreCluster"])
def test_one_of_each_pair_is_a_placement(compute: str, storage: str) -> None:
    assert paths_of(placed(**{compute: "x", storage: "y"})) == []


def test_each_pair_that_lacks_both_is_a_fault() -> None:
    advice = advice_at("placement", placed())
    assert "give resourcePool or cluster" in advice
    assert "give datastore or datastoreCluster" in advice


def test_both_of_a_pair_are_a_fault() -> None:
    body = placed(resourcePool="a", cluster="b", datastore="c", datastoreCluster="d")
    advice = advice_at("placement", body)
    assert "resourcePool or cluster, not both" in advice
    assert "datastore or datastoreCluster, not both" in advice


def test_both_of_a_pair_are_a_fault_of_a_group_too() -> None:
    both = {"datastore": "c", "datastoreCluster": "d"}
    body = cluster_document(nodePools=[pool("a", placement={}), pool("b", placement=both)])
    body["controlPlane"]["placement"] = {"resourcePool": "a", "cluster": "b"}
    assert paths_of(body) == ["controlPlane.placement", "nodePools.1.placement"]


def test_a_group_without_its_own_placement_takes_the_clusters() -> None:
    assert BASE.overlaid(None) == BASE
    assert overlaid() == BASE


def test_what_a_group_gives_replaces_the_same_part_only() -> None:
    found = overlaid(folder="masters", networks=[{"name": "a"}, {"name": "b"}])
    assert (found.folder, [one.name for one in found.networks]) == ("masters", ["a", "b"])
    assert (found.datacenter, found.cluster, found.datastore) == ("DC1", "compute-1", "local-1")


def test_naming_one_of_a_pair_drops_the_other() -> None:
    found = overlaid(resourcePool="production", datastoreCluster="storage")
    assert (found.resource_pool, found.cluster) == ("production", None)
    assert (found.datastore_cluster, found.datastore) == ("storage", None)


def test_null_is_as_good_as_nothing() -> None:
    nothing = dict.fromkeys(PlacementOverride.model_fields)
    assert BASE.overlaid(PlacementOverride(**nothing)) == BASE


def test_at_least_one_network_is_needed() -> None:
    assert advice_at("placement.networks", placed(cluster="a", networks=[])) == "needs at least 1"
