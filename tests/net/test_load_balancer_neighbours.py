"""Pairs and a cluster that share an L2 network, and pairs with older VRRP."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.net.answers import answering
from tests.net.client import Client
from tests.net.load_balancer_documents import document, member, service, vip
from tests.net.load_balancers import Pair
from tests.net.machines import Switch, needs_root
from tests.net.masters import Cluster
from tests.net.observing import Figures, Lab, wait_for
from tests.node.authority import SelfSigned

pytestmark = needs_root

SECONDS = 5.0


def neighbour(net: int, **changes: Any) -> dict[str, Any]:
    """With addresses of its own, and nobody behind it."""
    vips = [vip(number, f"10.77.{net}.{100 + number}") for number in (1, 2)]
    members = [member(1, net), member(2, net)]
    return document(members=members, vips=vips, services=[service(1), service(2)]) | changes


def at_home(pair: Pair) -> bool:
    return all(
        pair.holders(told["address"]) == [one]
        for told, one in zip(pair.body["vips"], pair.members, strict=True)
    )


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(running: ExitStack, switch: Switch, body: dict[str, Any], router_id: int) -> Pair:
    net = int(body["vips"][0]["address"].split(".")[2])
    pair = Pair(switch, body, router_id, net)
    running.callback(pair.power_off)
    pair.start()
    wait_for(lambda: at_home(pair), lambda: f"the VIPs of {net} at home")
    return pair


def test_two_pairs_and_a_cluster_do_not_notice_each_other(
    switch: Switch, authority: SelfSigned, running: ExitStack
) -> None:
    cluster = Cluster(switch, authority, "10.77.0.100", 71)
    running.callback(cluster.power_off)
    client = Client(switch, authority, "10.77.0.99/24")
    running.callback(client.power_off)
    for number in (21, 22):
        cluster.add(f"10.77.0.{number}")
    cluster.start()
    client.poll(cluster.vip)
    lab = Lab(cluster, client, Figures())
    lab.settle()
    one, other = (
        started(running, switch, neighbour(net), router_id) for net, router_id in ((1, 51), (2, 61))
    )
    began, holder = time.monotonic(), lab.holder
    one.members[0].stop_keepalived()
    vips = [told["address"] for told in one.body["vips"]]
    wait_for(
        lambda: all(one.holders(each) == [one.members[1]] for each in vips),
        lambda: "all VIPs at the member that is left",
    )
    time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
    assert (at_home(other), lab.holder) == (True, holder)
    assert answering(client.tries(began)) == [holder.name]


@pytest.mark.parametrize(("auth", "net"), [("none", 3), ("PASS", 4), ("AH", 5)])
def test_version_2_and_a_vip_that_stays_where_it_is(
    switch: Switch, running: ExitStack, auth: str, net: int
) -> None:
    old = {"version": 2, "interval": 1, "auth": auth}
    pair = Pair(switch, neighbour(net, vrrp=old, failback="manual"), 81, net)
    running.callback(pair.power_off)
    pair.start()
    address = pair.body["vips"][0]["address"]
    wait_for(lambda: len(pair.holders(address)) == 1, lambda: "a holder")
    [holder] = pair.holders(address)
    [other] = [one for one in pair.members if one is not holder]
    holder.stop_keepalived()
    wait_for(lambda: pair.holders(address) == [other], lambda: "the other takes over")
    holder.start_keepalived()
    wait_for(lambda: holder.state("m1") == "BACKUP", lambda: "it stands by")
    time.sleep(SECONDS)
    assert pair.holders(address) == [other]
