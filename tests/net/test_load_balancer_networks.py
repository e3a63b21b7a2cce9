"""A member with a NIC in each network: what is open to whom, looked at from all of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.edge.documents import document, member, nic, pool, service, vip
from tests.edge.rendering import VALUES, configured
from tests.net.load_balancers import Member
from tests.net.machines import Machine, Switch, needs_root
from tests.net.observing import wait_for
from tests.net.scanning import scan

pytestmark = needs_root

PORTS = (22, 80, 443, 2000, 8404, 8405)
# By network: the NIC's name on the member, and the first numbers of its subnet.
NETWORKS = {
    "management": ("ens160", "10.1.0"),
    "workload": ("ens224", "10.3.0"),
    "frontend": ("ens192", "10.2.0"),
}
OUTER_VIP, INNER_VIP = "10.2.0.101", "10.3.0.200"
ADDRESSES = ("10.1.0.11", "10.2.0.11", "10.3.0.11", OUTER_VIP, INNER_VIP)


def body() -> dict[str, Any]:
    networks = {name: nic(net, 1) for name, (_, net) in NETWORKS.items()}
    inner = {"name": "inner", "address": INNER_VIP, "network": "workload"}
    return document(
        members=[member(1, networks=networks)],
        vips=[vip(1), inner],
        services=[
            service(1, pools=[pool(1)], redirectHttp=True),
            service(2, vip="inner", ports=[2000], pools=[pool(1)]),
        ],
        firewall={"ssh": ["10.1.0.0/24"], "stats": ["10.1.0.99/32"]},
    )


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, Machine]]:
    """In each network one that takes the member for its router."""
    with ExitStack() as running:
        balancer = Member("m1")
        running.callback(balancer.power_off)
        found = {}
        for name, (interface, net) in NETWORKS.items():
            switch, found[name] = Switch(), Machine()
            running.callback(switch.power_off)
            running.callback(found[name].power_off)
            number = len(found)
            switch.plug_in(balancer, "m1", f"00:50:56:03:00:{number:02d}", [f"{net}.11/24"])
            rename(balancer, interface)
            switch.plug_in(found[name], "client", f"00:50:56:04:00:{number:02d}", [f"{net}.99/24"])
            found[name].run(*f"ip route add 10.0.0.0/8 via {net}.11".split())
        balancer.give(configured(body())["m1"].filled(VALUES))
        balancer.boot()
        wait_for(lambda: {OUTER_VIP, INNER_VIP} <= balancer.addresses(), balancer.haproxy_log)
        yield found


def rename(machine: Machine, interface: str) -> None:
    for change in ("down", f"name {interface}"):
        if interface != Member.interface:
            machine.run(*f"ip link set {Member.interface} {change}".split())
    machine.run(*f"ip link set {interface} up".split())


def seen(client: Machine) -> set[tuple[str, int, str]]:
    """What is not dropped, at every address of the member."""
    found = {address: scan(client, address, PORTS) for address in ADDRESSES}
    return {
        (address, port, state)
        for address, states in found.items()
        for port, state in states.items()
        if state != "dropped"
    }


def test_management_has_ssh_and_the_stats_page(clients: dict[str, Machine]) -> None:
    assert seen(clients["management"]) == {
        ("10.1.0.11", 22, "closed"),
        ("10.1.0.11", 8404, "open"),
    }


def test_the_frontend_has_services(clients: dict[str, Machine]) -> None:
    assert seen(clients["frontend"]) == {(OUTER_VIP, 80, "open"), (OUTER_VIP, 443, "open")}


def test_the_workload_network_has_its_own_vip(clients: dict[str, Machine]) -> None:
    assert seen(clients["workload"]) == {(INNER_VIP, 2000, "open")}
