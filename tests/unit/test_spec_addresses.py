"""Addresses of a cluster must be readable, big enough, within their subnet, and not meet."""

from typing import Any

import pytest

from tests.unit.documents import addresses, cluster_document, pool
from tests.unit.faults import advice_at, faults_of, paths_of

RANGES = "nodePools.0.addresses.ranges"


def with_pool(*ranges: str, size: int = 2, **changes: Any) -> dict[str, Any]:
    given = addresses(*ranges, **changes)
    return cluster_document(nodePools=[pool("pool1", size=size, addresses=given)])


def with_ranges(*ranges: str, **changes: Any) -> dict[str, Any]:
    return cluster_document(loadBalancerRanges=list(ranges), **changes)


@pytest.mark.parametrize("cidr", ["10.96.0.0/16", "10.0.0.0/8", "0.0.0.0/0"])
def test_pod_and_service_networks_may_not_meet(cidr: str) -> None:
    body = cluster_document(kubernetes={"version": "1.35.0", "podCIDR": cidr, "cni": "none"})
    assert "kubernetes.serviceCIDR" in paths_of(body)


def test_the_vip_lies_outside_all_networks_and_ranges() -> None:
    for vip in ("10.244.3.1", "10.96.0.10", "10.0.0.205"):
        body = with_ranges("10.0.0.200-10.0.0.219", endpoint={"vip": vip})
        assert paths_of(body) == ["endpoint.vip"]


def test_load_balancer_ranges_lie_outside_networks_and_each_other() -> None:
    body = with_ranges("10.0.0.1-10.0.0.3", "10.244.0.0/30", "10.96.9.9", "10.0.0.3")
    assert paths_of(body) == [f"loadBalancerRanges.{index}" for index in (1, 2, 3)]
    assert "loadBalancerRanges.0 (10.0.0.1-10.0.0.3)" in advice_at("loadBalancerRanges.3", body)


def test_nodes_take_no_address_of_others() -> None:
    body = with_pool("10.0.0.8-10.0.0.12", "10.0.0.30-10.0.0.40") | {
        "loadBalancerRanges": ["10.0.0.40-10.0.0.50"]
    }
    assert paths_of(body) == [f"{RANGES}.0", f"{RANGES}.1"]
    assert "endpoint.vip (10.0.0.10)" in advice_at(f"{RANGES}.0", body)


def test_groups_may_draw_from_the_same_addresses() -> None:
    body = cluster_document(nodePools=[pool("a"), pool("b")])
    body["controlPlane"]["addresses"] = pool()["addresses"]
    assert paths_of(body) == []


@pytest.mark.parametrize("other", ["10.0.0.29", "10.0.0.20-10.0.0.30", "10.0.0.24/31"])
def test_ranges_of_one_group_do_not_repeat_addresses(other: str) -> None:
    assert paths_of(with_pool("10.0.0.20-10.0.0.29", other)) == [f"{RANGES}.1"]


def test_a_group_has_an_address_for_each_node() -> None:
    assert paths_of(with_pool("10.0.0.20-10.0.0.22", "10.0.0.30", size=4)) == []
    body = with_pool("10.0.0.20-10.0.0.22", "10.0.0.30", size=5)
    assert advice_at(RANGES, body) == "holds 4 addresses for 5 nodes"


def test_a_control_plane_has_an_address_for_each_master() -> None:
    body = cluster_document()
    body["controlPlane"]["addresses"] = addresses("10.0.0.20-10.0.0.21")
    assert paths_of(body) == ["controlPlane.addresses.ranges"]


def test_ranges_lie_within_one_subnet() -> None:
    body = with_pool("10.0.0.20-10.0.0.29", "10.0.1.20-10.0.1.29", "10.0.0.250-10.0.1.2")
    assert paths_of(body) == [f"{RANGES}.1", f"{RANGES}.2"]
    assert "subnet 10.0.0.0/24" in advice_at(f"{RANGES}.1", body)


@pytest.mark.parametrize("text", ["10.0.0.0/29", "10.0.0.240/28", "10.0.0.255"])
def test_no_node_gets_the_subnets_own_addresses(text: str) -> None:
    assert paths_of(with_pool(text, size=0, gateway=None)) == [f"{RANGES}.0"]


def test_a_point_to_point_subnet_is_used_whole() -> None:
    body = with_pool("10.0.0.20/31", size=2, prefixLength=31, gateway=None)
    assert paths_of(body) == []


@pytest.mark.parametrize("gateway", ["10.0.1.1", "10.0.0.25", "10.0.0.10"])
def test_the_gateway_is_of_the_subnet_and_nobody_elses(gateway: str) -> None:
    body = with_pool("10.0.0.20-10.0.0.29", gateway=gateway)
    assert paths_of(body) == ["nodePools.0.addresses.gateway"]


def test_what_leads_to_a_network_is_a_neighbour() -> None:
    routes = [{"to": "10.9.0.0/16", "via": "10.0.0.2"}, {"to": "10.8.0.0/16", "via": "10.9.0.1"}]
    body = with_pool("10.0.0.20-10.0.0.29", routes=routes)
    assert paths_of(body) == ["nodePools.0.addresses.routes.1.via"]


def test_every_unreadable_range_is_named() -> None:
    body = with_pool("10.0.0.20-10.0.0.29", "x", "10.0.0.9-10.0.0.1") | {
        "loadBalancerRanges": ["10.0.0.1/24", "10.0.0.300", ""]
    }
    lists = [f"loadBalancerRanges.{index}" for index in (0, 1, 2)]
    assert paths_of(body) == [*lists, f"{RANGES}.1", f"{RANGES}.2"]
    assert "ends before it begins" in advice_at(f"{RANGES}.2", body)


def test_there_may_be_64_load_balancer_ranges() -> None:
    body = with_ranges(*(f"10.1.0.{n}" for n in range(65)))
    assert advice_at("loadBalancerRanges", body) == "takes at most 64"


def test_a_whole_address_space_is_checked_in_no_time() -> None:
    body = with_pool("0.0.0.0-255.255.255.255", prefixLength=1, gateway=None)
    assert f"{RANGES}.0" in paths_of(body)


@pytest.mark.parametrize(
    "field",
    [
        {"endpoint": {"vip": "fd00::10"}},
        {"kubernetes": {"version": "1.35.0", "podCIDR": "fd00::/48"}},
        {"endpoint": {"mode": "external", "vip": "2001:db8::1"}},
    ],
)
def test_clusters_are_ipv4_alone(field: dict[str, Any]) -> None:
    [fault] = faults_of(cluster_document(**field))
    assert fault.path in ("endpoint.vip", "kubernetes.podCIDR")
    assert "is IPv6, and documents take IPv4 alone" in fault.message


def test_ranges_are_ipv4_alone() -> None:
    advice = advice_at("loadBalancerRanges.0", cluster_document(loadBalancerRanges=["fd00::/120"]))
    assert "not a range of IPv4 addresses" in advice
