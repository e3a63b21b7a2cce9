"""A cluster's endpoint in a member's files: its API, and ports of its nodes."""

import pytest

from provisioner.domain.load_balancers import ClusterEndpoint, ClusterNode, ClusterService
from provisioner.domain.spec.endpoint import EndpointService
from provisioner.domain.spec.load_balancer_services import Check
from provisioner.edge.layout import FIREWALL, HAPROXY
from tests.edge.checking import Checker
from tests.edge.documents import document
from tests.edge.rendering import configured, rendered, section

NODES = tuple(ClusterNode(name=f"c1-w{n}", address=f"10.3.0.{n}") for n in (1, 2))
KUBE_PROXY = EndpointService(name="web", ports=(443,)).effective_check


def endpoint(*services: ClusterService) -> ClusterEndpoint:
    return ClusterEndpoint(
        cluster="c1", address="10.2.0.200", ports=(6443, 8443), masters=NODES, services=services
    )


def web(**changes: object) -> ClusterService:
    given = {"name": "web", "ports": (443, "30000-30010"), "check": KUBE_PROXY, "nodes": NODES}
    return ClusterService(**given | changes)


def haproxy(*services: ClusterService) -> str:
    return rendered(HAPROXY, document(), endpoints=(endpoint(*services),))


def test_the_api_answers_on_all_its_ports_and_masters_on_one() -> None:
    text = haproxy()
    front = section(text, "frontend cluster:c1")
    assert "bind 10.2.0.200:6443" in front
    assert "bind 10.2.0.200:8443" in front
    servers = section(text, "backend cluster:c1.servers")
    assert any(line.startswith("server c1-w1 10.3.0.1:6443 ") for line in servers)


def test_services_lead_to_the_same_port_and_ask_kube_proxy() -> None:
    text = haproxy(web())
    assert "bind 10.2.0.200:30000-30010" in section(text, "frontend cluster:c1:web")
    lines = section(text, "backend cluster:c1:web.servers")
    assert "http-check send meth GET uri /healthz ver HTTP/1.0" in lines
    [first] = [line for line in lines if line.startswith("server c1-w1 ")]
    assert first.startswith("server c1-w1 10.3.0.1 ")
    assert " port 10256" in first


def test_only_the_services_own_port_is_asked_by_proxy_protocol() -> None:
    assert "check-send-proxy" not in haproxy(web(proxy_protocol=True))
    own = haproxy(web(proxy_protocol=True, check=Check()))
    assert "send-proxy-v2 " in own.replace("\n", " ")
    assert "check-send-proxy" in own


def test_its_ports_are_let_in_on_its_address_alone() -> None:
    text = rendered(FIREWALL, document(), endpoints=(endpoint(web()),))
    assert "ip daddr 10.2.0.200 tcp dport { 6443, 8443 } accept" in text
    assert "ip daddr 10.2.0.200 tcp dport { 443, 30000-30010 } accept" in text


@pytest.mark.parametrize("nodes", [(), NODES])
@pytest.mark.parametrize("proxied", [False, True])
def test_programs_accept_it(
    checker: Checker, nodes: tuple[ClusterNode, ...], proxied: bool
) -> None:
    services = (web(nodes=nodes, proxy_protocol=proxied), web(name="tls", ports=(8444,)))
    found = configured(document(), endpoints=(endpoint(*services),))["m1"]
    assert checker.objections(found) == {}
