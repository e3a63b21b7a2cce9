"""Whom a pair leads to for a cluster, as the cluster's nodes come and go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.cluster_endpoints import (
    Backing,
    endpoint_of,
    followed_groups,
    largest_backing,
)
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from tests.unit.documents import cluster_document, pool

ENDPOINT = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.2.0.201"}
PHASES = (Phase.CREATING, Phase.READY, Phase.REMOVING)


def spec(services: tuple[dict[str, Any], ...] = (), **changes: Any) -> ClusterSpec:
    endpoint = ENDPOINT | {"services": list(services)}
    return ClusterSpec.model_validate(cluster_document(endpoint=endpoint, **changes))


def node(number: int, phase: Phase, group: str = CONTROL_PLANE) -> Backing:
    return Backing(f"{group}-{number}", group, phase, f"10.0.0.{number}")


def masters(*found: Backing) -> list[str]:
    return [str(master.address) for master in endpoint_of(spec(), found).masters]


def test_the_first_master_is_led_to_before_it_is_ready() -> None:
    assert masters(node(1, Phase.CREATING)) == ["10.0.0.1"]


def test_others_are_led_to_when_they_serve() -> None:
    first, second = node(1, Phase.READY), node(2, Phase.CREATING)
    assert masters(first, second) == ["10.0.0.1"]
    assert masters(first, node(2, Phase.READY)) == ["10.0.0.1", "10.0.0.2"]


def test_who_leaves_is_led_to_no_more_once_others_serve() -> None:
    leaving = node(1, Phase.REMOVING)
    assert masters(leaving, node(2, Phase.CREATING)) == ["10.0.0.1", "10.0.0.2"]
    assert masters(leaving, node(2, Phase.READY)) == ["10.0.0.2"]


@given(st.lists(st.sampled_from(PHASES), max_size=6), st.randoms())
def test_no_master_that_serves_is_left_out_and_never_are_all(
    phases: list[Phase], chance: Any
) -> None:
    found = [node(number, phase) for number, phase in enumerate(phases, 1)]
    ready = {one.address for one in found if one.phase == Phase.READY}
    led = masters(*chance.sample(found, len(found)))
    assert set(led) == ready if ready else len(led) == len(found)
    assert led == masters(*found)


def test_workers_are_no_masters() -> None:
    made = endpoint_of(spec(), [node(1, Phase.READY), node(2, Phase.READY, "pool1")])
    assert [master.name for master in made.masters] == ["control-plane-1"]
    assert made.services == ()


def led_to(made: ClusterSpec) -> list[str]:
    groups = (CONTROL_PLANE, "pool1", "pool2")
    found = [node(number, Phase.READY, group) for number, group in enumerate(groups, 1)]
    [service] = endpoint_of(made, found).services
    return [one.name for one in service.nodes]


def test_services_lead_to_the_pools_they_name_or_to_all() -> None:
    pools = [pool("pool1"), pool("pool2")]
    web = {"name": "web", "ports": [443]}
    assert led_to(spec((web,), nodePools=pools)) == ["pool1-2", "pool2-3"]
    assert led_to(spec((web | {"nodePools": ["pool2"]},), nodePools=pools)) == ["pool2-3"]
    schedulable = {"size": 1, "template": "t", "schedulable": True}
    made = spec((web,), nodePools=[], controlPlane=schedulable)
    assert led_to(made) == ["control-plane-1"]


def test_only_groups_that_are_led_to_are_followed() -> None:
    assert followed_groups(spec()) == (CONTROL_PLANE,)
    assert followed_groups(spec(({"name": "web", "ports": [443]},))) == (CONTROL_PLANE, "pool1")


def test_the_largest_has_as_many_as_are_asked_for() -> None:
    asked = spec(({"name": "web", "ports": [443]},))
    made = endpoint_of(asked, largest_backing(asked))
    assert len(made.masters) == 3
    [service] = made.services
    assert len({one.address for one in service.nodes}) == 2


@pytest.mark.parametrize("length", range(40, 64))
def test_the_largest_of_names_that_are_too_long_can_be_told(length: int) -> None:
    asked = spec(name="c" * length)
    assert len(endpoint_of(asked, largest_backing(asked)).masters) == 3
