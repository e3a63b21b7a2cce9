"""A floating IPv6 address: it moves and stays as an IPv4 one does."""

from collections.abc import Iterator

import pytest

from tests.net.client import Client
from tests.net.machines import Switch, needs_root
from tests.net.masters import Cluster
from tests.net.observing import Figures, Lab
from tests.node.authority import SelfSigned

pytestmark = needs_root


@pytest.fixture(scope="module")
def cluster6(switch: Switch, authority: SelfSigned) -> Iterator[Lab]:
    cluster = Cluster(switch, authority, "fd77::100", 61)
    client = Client(switch, authority, "fd77::99/64")
    try:
        for number in (61, 62, 63):
            cluster.add(f"fd77::{number}", prefix=64)
        cluster.start()
        client.poll(cluster.vip)
        yield Lab(cluster, client, Figures())
    finally:
        cluster.power_off()
        client.power_off()


@pytest.fixture
def lab6(cluster6: Lab) -> Lab:
    cluster6.settle()
    return cluster6


def test_it_leaves_a_master_whose_api_server_dies_and_does_not_come_back(lab6: Lab) -> None:
    dead = lab6.holder
    seen = lab6.see(dead.kill_api)
    [successor] = seen.holders
    assert seen.answering == [dead.name, successor.name]
    returned = lab6.see_return(dead.start_api)
    assert (returned.holders, returned.answering) == ([successor], [successor.name])


def test_a_master_that_is_cut_off_unnoticed_lets_go_of_it(lab6: Lab) -> None:
    alone = lab6.holder
    seen = lab6.see(lambda: lab6.cluster.switch.cut_off(alone.name))
    [successor] = seen.holders
    assert seen.answering == [alone.name, successor.name]
    healed = lab6.see(lambda: lab6.cluster.switch.reconnect(alone.name))
    assert (healed.holders, healed.answering) == ([successor], [successor.name])


def test_peers_change_without_an_outage_when_a_master_is_replaced(lab6: Lab) -> None:
    cluster, holder, [dead, staying] = lab6.cluster, lab6.holder, lab6.others()

    def replace() -> None:
        cluster.masters.remove(dead)
        dead.power_off()
        newcomer = cluster.add("fd77::64", prefix=64)
        for each in (holder, staying):
            each.tell()
        newcomer.start_keepalived()
        newcomer.start_api()

    seen = lab6.see(replace)
    assert (seen.holders, seen.answering) == ([holder], [holder.name])
    lab6.settle()
