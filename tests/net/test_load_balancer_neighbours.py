"""Pairs and a cluster that share an L2 network, and pairs with older VRRP."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from tests.net.answers import answering
from tests.net.client import Client
from tests.net.load_balancer_documents import document, member, service, vip
from tests.net.load_balancer_member import Member
from tests.net.load_balancers import Pair
from tests.net.machines import Switch, needs_root
from tests.net.masters import Cluster
from tests.net.observing import Figures, Lab, wait_for
from tests.node.authority import SelfSigned

pytestmark = needs_root

SECONDS = 5.0
# Others than the cluster's.
FIRST_ROUTER_ID = 51


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


def started(running: ExitStack, switch: Switch, bodies: Sequence[dict[str, Any]]) -> list[Pair]:
    """Each with router ids of its own; as they are when all of their VIPs have a holder."""
    pairs = []
    for number, body in enumerate(bodies):
        net = int(body["vips"][0]["address"].split(".")[2])
        pairs.append(Pair(switch, body, FIRST_ROUTER_ID + 2 * number, net))
        running.callback(pairs[-1].power_off)
        pairs[-1].start()
    wait_for(lambda: all(map(is_held, pairs)), lambda: "all VIPs held")
    return pairs


def is_held(pair: Pair) -> bool:
    return all(len(pair.holders(told["address"])) == 1 for told in pair.body["vips"])


def carriers(pairs: Sequence[Pair]) -> list[list[Member]]:
    """Of each pair's first VIP."""
    return [pair.holders(pair.body["vips"][0]["address"]) for pair in pairs]


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
    one, other = started(running, switch, [neighbour(net) for net in (1, 2)])
    wait_for(lambda: at_home(one) and at_home(other), lambda: "all VIPs at home")
    lab.settle()
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


def test_version_2_and_a_vip_that_stays_where_it_is(switch: Switch, running: ExitStack) -> None:
    old = [{"version": 2, "interval": 1, "auth": auth} for auth in ("none", "PASS", "AH")]
    bodies = [neighbour(net, vrrp=vrrp, failback="manual") for net, vrrp in enumerate(old, start=3)]
    pairs = started(running, switch, bodies)
    before = [one for [one] in carriers(pairs)]
    others = [[one for one in pair.members if one not in before] for pair in pairs]
    for one in before:
        one.stop_keepalived()
    wait_for(lambda: carriers(pairs) == others, lambda: "the others")
    for one in before:
        one.start_keepalived()
    wait_for(lambda: all(one.state("m1") == "BACKUP" for one in before), lambda: "they stand by")
    time.sleep(SECONDS)
    assert carriers(pairs) == others
