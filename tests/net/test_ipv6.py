"""A floating IPv6 address."""

from collections.abc import Iterator

import pytest

from tests.net.client import Client
from tests.net.machines import Switch, needs_root
from tests.net.masters import Cluster
from tests.net.observing import Figures, Lab
from tests.node.authority import SelfSigned

pytestmark = needs_root


@pytest.fixture
def lab6(switch: Switch, authority: SelfSigned) -> Iterator[Lab]:
    cluster = Cluster(switch, authority, "fd77::100", 61)
    client = Client(switch, authority, "fd77::99/64")
    for number in (61, 62, 63):
        cluster.add(f"fd77::{number}", prefix=64)
    cluster.start()
    client.poll(cluster.vip)
    yield Lab(cluster, client, Figures())
    cluster.power_off()
    client.power_off()


def test_it_moves_to_a_healthy_master(lab6: Lab) -> None:
    lab6.settle()
    dead = lab6.holder
    seen = lab6.see(dead.kill_api)
    [successor] = seen.holders
    assert seen.answering == [dead.name, successor.name]
