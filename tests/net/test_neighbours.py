"""Clusters that share an L2 network do not notice each other."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.net.answers import answering
from tests.net.client import Client
from tests.net.machines import Switch, needs_root
from tests.net.masters import Cluster
from tests.net.observing import Figures, Lab
from tests.node.authority import SelfSigned

pytestmark = needs_root


# The second has a router id of its own, the third that of the first one.
ROUTER_IDS = (51, 52, 51)


@pytest.fixture
def labs(switch: Switch, authority: SelfSigned) -> Iterator[list[Lab]]:
    with ExitStack() as running:
        made = []
        for index, router_id in enumerate(ROUTER_IDS):
            cluster = Cluster(switch, authority, f"10.77.0.{100 + index}", router_id)
            running.callback(cluster.power_off)
            client = Client(switch, authority, f"10.77.0.{90 + index}/24")
            running.callback(client.power_off)
            for number in (1, 2):
                cluster.add(f"10.77.0.{20 + 10 * index + number}")
            cluster.start()
            client.poll(cluster.vip)
            made.append(Lab(cluster, client, Figures()))
        yield made


def test_a_take_over_in_one_cluster_is_none_of_the_others_business(labs: list[Lab]) -> None:
    for lab in labs:
        lab.settle()
    before, began = [lab.holder for lab in labs], time.monotonic()
    [successor] = labs[0].see(before[0].stop_keepalived).holders
    assert successor is not before[0]
    assert [lab.holder for lab in labs[1:]] == before[1:]
    for lab, holder in zip(labs[1:], before[1:], strict=True):
        assert answering(lab.client.tries(began)) == [holder.name]
