"""HAProxy, keepalived and nftables themselves accept every file, without a warning."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.domain.load_balancers import ClusterEndpoint, ClusterNode
from provisioner.edge.layout import FIREWALL, HAPROXY, KEEPALIVED
from tests.edge.checking import Checker
from tests.edge.documents import document, member, pool, server, service, vip
from tests.edge.rendering import configured
from tests.net.machines import needs_root

pytestmark = needs_root

CHECKS = st.one_of(
    st.just({}),
    st.just({"type": "tls"}),
    st.fixed_dictionaries(
        {"type": st.just("http"), "path": st.sampled_from(["/", "/a/b-c?d=e&f=%20"])},
        optional={
            "host": st.just("www.example.com"),
            "status": st.integers(100, 599),
            "tls": st.booleans(),
            "port": st.integers(1, 65535),
            "inter": st.floats(0.1, 86_400),
        },
    ),
)


@st.composite
def services(draw: st.DrawFn, number: int) -> dict[str, Any]:
    check = draw(CHECKS)
    pools = [pool(1, check=check), pool(2, check=check)][: draw(st.integers(1, 2))]
    mode = draw(st.sampled_from(["tcp", "http"]))
    rules: list[dict[str, Any]] = [{"pools": ["east"], "port": 443}]
    if mode == "http":
        rules += [{"pools": ["east"], "pathPrefix": "/api"}]
        rules += [{"pools": ["east"], "pathPrefix": "/x/", "port": 443}]
    return service(
        number,
        ports=[443, "30000-30010", 8443][: draw(st.integers(1, 3))],
        mode=mode,
        pools=pools,
        balance=draw(st.sampled_from(["source", "roundrobin", "leastconn"])),
        proxyProtocol=draw(st.booleans()),
        redirectHttp=draw(st.booleans()),
        rules=draw(st.lists(st.sampled_from(rules), max_size=3)),
        timeouts=draw(st.sampled_from([None, {"client": 600, "tunnel": 3600.5}])),
    )


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    vrrp = draw(
        st.sampled_from([{}, {"interval": 0.25}, {"version": 2}, {"version": 2, "interval": 3}])
    )
    if "version" in vrrp:
        vrrp = vrrp | {"auth": draw(st.sampled_from(["none", "PASS", "AH"]))}
    networks = draw(st.sampled_from(["frontend", "workload"]))
    body = document(
        vrrp=vrrp,
        failback=draw(st.sampled_from(["auto", "manual"])),
        services=[draw(services(1)), draw(services(2))],
        stats=draw(st.sampled_from([None, {"secret": "s"}, {"secret": "s", "port": 9000}])),
        firewall=draw(st.sampled_from([{}, {"ssh": ["0.0.0.0/0", "10.0.0.0/8"]}])),
    )
    if networks == "workload":
        body["vips"][1] |= {"address": "10.3.0.250", "network": "workload"}
    return body


@settings(deadline=None, max_examples=20)
@given(body=documents())
def test_all_files_are_accepted(checker: Checker, body: dict[str, Any]) -> None:
    for configuration in configured(body).values():
        assert checker.objections(configuration) == {}


def test_one_member_with_one_nic(checker: Checker) -> None:
    networks = {"management": {"network": "vlan7", "address": "10.2.0.11/24"}}
    alone = document(
        members=[member(1, networks=networks)],
        vips=[vip(1)],
        services=[service(pools=[pool(1)])],
    )
    assert checker.objections(configured(alone)["m1"]) == {}


@pytest.mark.parametrize("state", ["drain", "maintenance"])
def test_servers_that_are_taken_out(checker: Checker, state: Any) -> None:
    assert checker.objections(configured(document(), states={"east1": state})["m1"]) == {}


@pytest.mark.parametrize("kind", ["tcp", "tls"])
@pytest.mark.parametrize("proxied", [False, True])
def test_ports_that_move_together(checker: Checker, kind: str, proxied: bool) -> None:
    servers = [server("vc1", 1, 1, port=None), server("vc2", 1, 2, port=None)]
    together = service(
        ports=[443, 389, 636, 2012],
        pools=[pool(1, servers=servers, check={"type": kind})],
        moveTogether=True,
        proxyProtocol=proxied,
    )
    assert checker.objections(configured(document(services=[together]))["m1"]) == {}


@pytest.mark.parametrize("masters", [0, 3])
def test_endpoints_of_clusters(checker: Checker, masters: int) -> None:
    told = tuple(ClusterNode(name=f"c1-m{n}", address=f"10.3.0.{n}") for n in range(1, masters + 1))
    endpoints = tuple(
        ClusterEndpoint(cluster=f"c{n}", address=f"10.2.0.{n}", ports=(6443, 443), masters=told)
        for n in (200, 201)
    )
    found = configured(document(), endpoints=endpoints)["m1"]
    assert checker.objections(found) == {}
    assert "10.2.0.200/32" in found.files[KEEPALIVED]
    assert "frontend cluster:c200" in found.files[HAPROXY]


@pytest.mark.parametrize(
    ("path", "wrong"), [(HAPROXY, "nbproc 2"), (KEEPALIVED, "nonsense"), (FIREWALL, "nonsense")]
)
def test_they_would_object(checker: Checker, path: str, wrong: str) -> None:
    sound = configured(document())["m1"]
    texts = sound.files | {path: sound.files[path].replace("\n", f"\n{wrong}\n", 1)}
    assert set(checker.objections(sound.model_copy(update={"files": texts}))) == {path}
