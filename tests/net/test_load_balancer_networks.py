"""A member with a NIC in each network: what is open to whom, looked at from all of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.edge.documents import document, member, nic, pool, service, vip
from tests.net.load_balancer_member import Member
from tests.net.load_balancer_vm import configured, first_files, recorded
from tests.net.machines import Machine, Switch, needs_root
from tests.net.observing import wait_for
from tests.net.scanning import not_dropped

pytestmark = needs_root

PORTS = (22, 80, 443, 2000, 8404, 8405)
# In the order of the NICs: their names on the member, and the first numbers of their subnets.
NETWORKS = {
    "management": ("ens160", "10.1.0"),
    "frontend": ("ens256", "10.2.0"),
    "workload": ("ens224", "10.3.0"),
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
        found, macs = {}, []
        for number, (name, (interface, net)) in enumerate(NETWORKS.items()):
            switch, found[name] = Switch(), Machine()
            running.callback(switch.power_off)
            running.callback(found[name].power_off)
            macs.append(f"00:50:56:03:00:{number:02d}")
            switch.plug_in(balancer, "m1", macs[-1], [f"{net}.11/24"])
            rename(balancer, interface)
            switch.plug_in(found[name], "client", f"00:50:56:04:00:{number:02d}", [f"{net}.99/24"])
            found[name].run(*f"ip route add 10.0.0.0/8 via {net}.11".split())
        document = recorded(body())
        wanted = configured(document, 51, "m1")
        balancer.receive(first_files(document, wanted, "m1", macs))
        balancer.boot()
        wait_for(lambda: {OUTER_VIP, INNER_VIP} <= balancer.addresses(), balancer.haproxy_log)
        yield found


def rename(machine: Machine, interface: str) -> None:
    """Whatever is plugged in has the same name at first."""
    for change in ("ens192 down", f"ens192 name {interface}", f"{interface} up"):
        machine.run(*f"ip link set {change}".split())


def seen(client: Machine) -> dict[tuple[str, int], str]:
    """At every address of the member."""
    return not_dropped(client, ADDRESSES, PORTS)


def test_management_has_ssh_and_the_stats_page(clients: dict[str, Machine]) -> None:
    assert seen(clients["management"]) == {
        ("10.1.0.11", 22): "closed",
        ("10.1.0.11", 8404): "open",
    }


def test_the_frontend_has_services(clients: dict[str, Machine]) -> None:
    assert seen(clients["frontend"]) == {(OUTER_VIP, 80): "open", (OUTER_VIP, 443): "open"}


def test_the_workload_network_has_its_own_vip(clients: dict[str, Machine]) -> None:
    assert seen(clients["workload"]) == {(INNER_VIP, 2000): "open"}
