"""An endpoint on a load balancer pair: what its document must and must not say."""

from typing import Any

import pytest

from tests.unit.documents import cluster_document
from tests.unit.faults import advice_at, paths_of


def balanced(**changes: Any) -> dict[str, Any]:
    return cluster_document(endpoint={"mode": "loadBalancer", "loadBalancer": "edge"} | changes)


def service(**changes: Any) -> dict[str, Any]:
    return {"name": "web", "ports": [443, "30000-30010"]} | changes


def test_the_pairs_name_is_enough() -> None:
    assert paths_of(balanced()) == []
    assert paths_of(balanced(loadBalancer=None)) == ["endpoint.loadBalancer"]


def test_the_api_has_its_own_port_and_may_have_others() -> None:
    assert paths_of(balanced(ports=[6443, 443])) == []
    assert "must include 6443" in advice_at("endpoint.ports", balanced(ports=[443]))
    assert paths_of(balanced(ports=[6443, 6443])) == ["endpoint.ports.1"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("loadBalancer", "edge"), ("ports", [6443, 443]), ("services", [service()])],
)
@pytest.mark.parametrize("mode", ["keepalived", "external"])
def test_what_only_a_pair_could_do(mode: str, field: str, value: object) -> None:
    body = cluster_document(endpoint={"mode": mode, "vip": "10.0.0.10", field: value})
    assert paths_of(body) == [f"endpoint.{field}"]
    assert mode in advice_at(f"endpoint.{field}", body)


def test_other_ports_lead_to_nodes() -> None:
    assert paths_of(balanced(services=[service(nodePools=["pool1"])])) == []
    body = balanced(services=[service(nodePools=["pool1", "pool1", "pool9"])])
    at = "endpoint.services.0.nodePools"
    assert paths_of(body) == [f"{at}.1", f"{at}.2"]
    assert "pool1" in advice_at(f"{at}.2", body)


@pytest.mark.parametrize(
    ("ports", "faulty"),
    [([443], []), ([6443], [0]), (["6000-7000"], [0]), ([80, 80], [1]), ([22], [0]), ([0], [0])],
)
def test_no_two_listen_on_one_port(ports: list[int | str], faulty: list[int]) -> None:
    body = balanced(services=[service(ports=ports)])
    assert paths_of(body) == [f"endpoint.services.0.ports.{index}" for index in faulty]


def test_services_have_names_of_their_own() -> None:
    body = balanced(services=[service(), service(ports=[80])])
    assert paths_of(body) == ["endpoint.services.1.name"]


def test_checks_take_what_their_type_knows() -> None:
    check = {"type": "tcp", "path": "/healthz"}
    body = balanced(services=[service(check=check)])
    assert paths_of(body) == ["endpoint.services.0.check.path"]
    assert paths_of(balanced(services=[service(check={"type": "tcp", "port": 443})])) == []
