"""What can't work is told at once, with its field and what would be right."""

from typing import Any

import pytest

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_checks import check_load_balancer, notes
from provisioner.domain.spec.reading import read
from tests.edge.documents import altered, document, member, nic, pool, server, service, vip


def read_spec(body: dict[str, Any]) -> LoadBalancerSpec:
    return read(LoadBalancerSpec, body, check_load_balancer)


def faults(body: dict[str, Any]) -> dict[str, str]:
    try:
        read_spec(body)
    except InvalidRequest as err:
        return merged(err.faults)
    return {}


def merged(found: list[Fault]) -> dict[str, str]:
    paths = {fault.path for fault in found}
    return {path: "; ".join(one.message for one in found if one.path == path) for path in paths}


def one_nic(number: int, address: str, **more: Any) -> dict[str, Any]:
    management = {"network": "vlan7", "address": address, **more}
    return member(number, networks={"management": management})


def test_sound() -> None:
    assert not faults(document())


def test_defaults() -> None:
    spec = read_spec(document())
    assert (spec.install, spec.failback, spec.vrrp.interval_seconds) == ("image", "auto", 0.3)
    assert spec.stats
    assert spec.stats.port == 8404
    check = spec.services[0].pools[0].check
    assert (check.inter, check.fastinter, check.downinter) == (30, 2, 5)
    assert (check.rise, check.fall) == (3, 3)
    timeouts = spec.timeouts
    assert (timeouts.connect, timeouts.client, timeouts.server) == (5, 30, 30)


def test_one_nic_may_serve_all_networks() -> None:
    members = [one_nic(1, "10.2.0.11/24"), one_nic(2, "10.2.0.12/24")]
    assert not faults(document(members=members))


def test_ranges_of_ports_are_kept_as_programs_read_them() -> None:
    assert read_spec(document(services=[service(1, ports=["0443-0500"])])).services[0].ports == (
        "443-500",
    )


def test_one_member_is_told_that_nobody_takes_over() -> None:
    body = document()
    for part in ("members", "vips", "services"):
        body[part].pop()
    told = " ".join(notes(read_spec(body)))
    assert "edge has one member" in told
    assert "No member is of site west" in told
    assert not any("one member" in note for note in notes(read_spec(document())))


@pytest.mark.parametrize(
    ("path", "value", "at", "word"),
    [
        ("members.1.name", "m1", "members.1.name", "'m1'"),
        ("members.1.image", "newest", "members.1.image", "os=debian12"),
        ("members.0.networks.frontend.address", "10.2.0.11/0", "*.frontend.address", "/24"),
        ("members.0.placement.resourcePool", "P", "members.0.placement", "not both"),
        ("members.0.networks.frontend.address", "10.2.0.11", "*.frontend.address", "/24"),
        ("members.0.networks.frontend.address", "10.2.0.0/24", "*.frontend.address", "subnet's"),
        ("members.0.networks.frontend.gateway", "10.2.0.1", "*.frontend.gateway", "routes"),
        ("members.0.networks.management.gateway", "10.7.0.1", "*.management.gateway", "within"),
        ("members.0.networks.frontend.routes.0.via", "10.3.0.1", "*.frontend.routes.0.via", "with"),
        ("members.0.networks.frontend.routes.0.to", "0.0.0.0/0", "*.routes.0.to", "management"),
        ("members.0.networks.workload.address", "10.2.0.99/24", "*.workload", "shares"),
        ("vips.1.name", "vip1", "vips.1.name", "another name"),
        ("vips.1.address", "10.2.0.101", "vips.1.address", "vips.0.address"),
        ("vips.1.address", "10.2.0.12", "vips.1.address", "members.1.networks.frontend"),
        ("vips.1.address", "10.3.0.77", "vips.1.address", "10.2.0.0/24"),
        ("vips.1.network", "workload", "vips.1.address", "10.3.0.0/24"),
        ("vips.1.preferredMember", "m3", "vips.1.preferredMember", "m1, m2"),
        ("vrrp", {"auth": "PASS"}, "vrrp.auth", "version 2"),
        ("vrrp", {"version": 2, "interval": 0.3}, "vrrp.interval", "whole seconds"),
        ("vrrp", {"version": 2, "interval": 11}, "vrrp.interval", "at most 10"),
        ("serviceRange", "10.5.0.1-10.5.0.9", "serviceRange", "10.2.0.0/24"),
        ("serviceRange", "10.2.0.90-10.2.0.110", "serviceRange", "vips.0.address"),
        ("serviceRange", "nonsense", "serviceRange", "10.0.0.10-10.0.0.20"),
        ("services.1.name", "web1", "services.1.name", "another name"),
        ("services.1.vip", "vip9", "services.1.vip", "vip1, vip2"),
        ("services.1.vip", "vip1", "services.1.ports.0", "services.0.ports.0"),
        ("services.0.ports", [443, "440-450"], "services.0.ports.1", "services.0.ports.0"),
        ("services.0.ports", ["443"], "services.0.ports.0", "30000-30010"),
        ("services.0.ports", [8404], "services.0.ports.0", "stats page"),
        ("services.0.ports", ["1-1000"], "services.0.ports.0", "SSH"),
        ("services.0.ports", ["\u0663\u0660-\u0664\u0660"], "services.0.ports.0", "30000-30010"),
        ("services.0.ports", [True], "services.0.ports.0", "such as 443"),
        ("services.0.pools.1.name", "east", "services.0.pools.1.name", "another name"),
        ("services.0.pools.1.site", "north", "services.0.pools.1.site", "east, west"),
        ("services.0.pools.0.servers.0.weight", 257, "*.servers.0.weight", "at most 256"),
        ("services.0.pools.0.servers.0.name", "east2", "*.servers.1.name", "another name"),
        ("services.0.pools.0.servers.0.address", "10.3.0.77", "services.1.*", "one machine"),
        ("services.0.pools.0.servers.0.address", "10.2.0.101", "*.0.address", "VIP"),
        ("services.0.pools.0.servers.0.address", "10.1.0.12", "*.0.address", "member"),
        ("services.0.pools.0.check.path", "/x", "services.0.pools.0.check.path", "type http"),
        ("services.0.redirectHttp", True, "", ""),
        ("services.0.rules", [{"pools": ["east"]}], "services.0.rules.0", "pathPrefix"),
        ("services.0.rules", [{"pools": ["east"], "port": 80}], "*.rules.0.port", "none"),
        ("services.0.rules", [{"pools": ["n"], "port": 443}], "*.rules.0.pools.0", "east"),
        ("services.0.rules", [{"pools": ["east"], "pathPrefix": "/"}], "*.pathPrefix", "http"),
        ("services.0.active", "east1", "services.0.active", "moveTogether"),
        ("firewall.ssh", ["10.0.0.1/24"], "firewall.ssh.0", "host bits"),
    ],
)
def test_what_cannot_work(path: str, value: Any, at: str, word: str) -> None:
    found = faults(altered(path, value))
    start, _, end = at.partition("*")
    told = {one: text for one, text in found.items() if one.startswith(start) and one.endswith(end)}
    assert any(word in text for text in told.values()) if at else not found, found


def test_a_server_must_not_be_the_stats_page() -> None:
    loop = server("loop", 1, 1, address="10.1.0.12", port=8404)
    body = document(services=[service(1, pools=[pool(1, servers=[loop])])])
    assert "stats page" in faults(body)["services.0.pools.0.servers.0.address"]


def test_a_redirect_needs_what_it_leads_to() -> None:
    body = document(services=[service(1, ports=[8443], redirectHttp=True)])
    assert "443" in faults(body)["services.0.redirectHttp"]
    body = document(services=[service(1, redirectHttp=True), service(2, vip="vip1", ports=[80])])
    assert "services.0.redirectHttp" in faults(body)["services.1.ports.0"]


def apart(**more: Any) -> dict[str, Any]:
    """Peers in different subnets; `more` is in both frontends."""
    members = [member(1), member(2)]
    for number, one in enumerate(members, 1):
        one["networks"]["frontend"] = nic(f"10.2.{number}", number) | more.get(f"m{number}", {})
    vips = [vip(1, address="10.2.1.101"), vip(2, address="10.2.2.102")]
    return document(members=members, vips=vips)


def test_peers_in_different_subnets_need_routes() -> None:
    found = faults(apart())
    assert set(found) == {f"members.{one}.networks.frontend.routes" for one in (0, 1)}
    assert "10.2.2.12/32" in found["members.0.networks.frontend.routes"]
    routes = {
        "m1": {"routes": [{"to": "10.2.2.0/24", "via": "10.2.1.1"}]},
        "m2": {"routes": [{"to": "10.2.1.0/24", "via": "10.2.2.1"}]},
    }
    assert not faults(apart(**routes))


def test_pools_that_serve_together_are_asked_alike() -> None:
    asked = {"type": "http", "path": "/health"}
    body = document(services=[service(pools=[pool(1, check=asked), pool(2)])])
    assert "serve together" in faults(body)["services.0.pools.1.check"]
    ruled = service(pools=[pool(1, check=asked), pool(2)], rules=[{"pools": ["west"], "port": 443}])
    assert not faults(document(services=[ruled]))


def moving(**changes: Any) -> dict[str, Any]:
    servers = [server("vc1", 1, 1, port=None), server("vc2", 1, 2, port=None)]
    together = service(
        name="vcenter",
        ports=[443, 389, 636, 2012, 2014, 2020],
        pools=[pool(1, servers=servers)],
        moveTogether=True,
    )
    return document(services=[together | changes])


def test_ports_that_move_together_have_a_standby_and_nothing_that_parts_them() -> None:
    assert not faults(moving())
    assert "VMware" in " ".join(notes(read_spec(moving())))
    assert not faults(moving(active="vc2"))
    assert "vc1, vc2" in faults(moving(active="vc3"))["services.0.active"]
    alone = [pool(1, servers=[server("vc1", 1, 1)])]
    assert "stands by" in faults(moving(pools=alone))["services.0.pools"]
    assert "tcp" in faults(moving(mode="http"))["services.0.mode"]


def test_all_faults_at_once() -> None:
    body = document(
        vrrp={"auth": "AH"},
        colour="blue",
        vips=[vip(1, address="10.9.9.9"), vip(2, network="backstage")],
        services=[service(ports=[0]), service(2, vip="vip1")],
    )
    found = faults(body)
    assert {"vrrp.auth", "colour", "vips.0.address", "vips.1.network"} <= set(found)
    assert "services.0.ports.0" in found
