"""A pair with two VIPs: each at its home while all is well, both at one member when it is not.

Outages are measured and printed, never asserted: machines differ.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.net.client import Client
from tests.net.load_balanced import LoadBalanced, load_balanced
from tests.net.load_balancer_documents import VIPS
from tests.net.load_balancers import patient
from tests.net.machines import Switch, needs_root
from tests.node.authority import SelfSigned

pytestmark = needs_root

FIGURES = Path("build/lb.json")
EAST, WEST = VIPS
RELOADS = 100


@pytest.fixture(scope="module")
def lab(switch: Switch, authority: SelfSigned) -> Iterator[LoadBalanced]:
    with load_balanced(switch, authority, patient) as made:
        yield made
        if made.figures.complete():
            FIGURES.parent.mkdir(exist_ok=True)
            FIGURES.write_text(json.dumps(made.figures.known(), indent=2) + "\n")


@pytest.fixture(autouse=True)
def _settled(lab: LoadBalanced) -> None:
    lab.settle()


def test_both_answer_each_from_its_home(lab: LoadBalanced) -> None:
    seen = lab.see(lambda: None)
    assert seen.answered == {EAST: lab.site("east"), WEST: lab.site("west")}


def test_the_other_takes_over_from_a_member_that_is_stopped_and_gives_back(
    lab: LoadBalanced,
) -> None:
    def stop() -> None:
        lab.east.stop_keepalived()
        lab.east.stop_haproxy()

    def start() -> None:
        lab.east.start_haproxy()
        lab.east.start_keepalived()

    seen = lab.see(stop)
    lab.until(lambda: lab.pair.holders(EAST) == [lab.east], start)
    lab.figures.note("member_stopped_s", seen.outages[EAST])
    assert seen.holders == {EAST: [lab.west], WEST: [lab.west]}
    assert seen.answered[EAST] & lab.site("west")
    assert seen.outages[WEST] == 0


def test_the_other_takes_over_where_haproxy_is_dead(lab: LoadBalanced) -> None:
    seen = lab.see(lab.east.kill_haproxy)
    lab.east.start_haproxy()
    lab.figures.note("haproxy_killed_s", seen.outages[EAST])
    assert seen.holders == {EAST: [lab.west], WEST: [lab.west]}


def test_the_other_takes_over_when_a_link_is_cut(lab: LoadBalanced) -> None:
    seen = lab.see(lambda: lab.pair.switch.pull(lab.east.port))
    lab.pair.switch.put_back(lab.east.port)
    lab.figures.note("link_down_s", seen.outages[EAST])
    assert seen.holders == {EAST: [lab.west], WEST: [lab.west]}


def test_all_servers_of_the_other_site_answer_when_home_is_gone(lab: LoadBalanced) -> None:
    home = [lab.servers[name] for name in sorted(lab.site("east"))]
    lab.until(
        lambda: lab.sees(EAST) == lab.site("west"),
        lambda: [server.die() for server in home],
    )
    assert lab.pair.holders(EAST) == [lab.east]
    lab.until(
        lambda: lab.sees(EAST) == lab.site("east"),
        lambda: [server.serve() for server in home],
    )


def test_a_server_that_says_nothing_is_down(lab: LoadBalanced) -> None:
    """It takes connections: who only connects believes it well."""
    silent = lab.servers["east1"]
    lab.until(
        lambda: lab.east.servers("web1.servers")["east1"] == "DOWN",
        silent.fall_silent,
    )
    assert lab.see(lambda: None).answered[EAST] == {"east2"}
    silent.speak()


@pytest.fixture
def unhurried(switch: Switch, authority: SelfSigned) -> Iterator[Client]:
    """Tells a request that failed from one that this machine was too busy for."""
    client = Client(switch, authority, "10.77.0.97/16")
    client.poll(EAST, patience=5.0, every=0.02)
    yield client
    client.power_off()


@pytest.mark.timeout(300)
def test_reloads_cost_no_request(lab: LoadBalanced, unhurried: Client) -> None:
    """One server is dead, which a HAProxy that starts anew does not know."""
    dead = lab.servers["east1"]
    lab.until(lambda: lab.east.servers("web1.servers")["east1"] == "DOWN", dead.die)
    began = time.monotonic()
    for _ in range(RELOADS):
        lab.east.reload_haproxy()
    tries = unhurried.tries(began)
    dead.serve()
    failed = sum(one.who is None for one in tries)
    lab.figures.note("failed_requests_reload", failed)
    assert (failed, {one.who for one in tries}) == (0, {"east2"})
    assert len(tries) > RELOADS
