"""Two clusters on one pair, as their masters come, go and die: with clients of both."""

from collections.abc import Iterator

import pytest

from provisioner.domain.load_balancers import ClusterEndpoint, ClusterNode
from tests.net.client import PATIENCE_SECONDS
from tests.net.load_balanced import LoadBalanced, load_balanced
from tests.net.load_balancer_documents import VIPS, document, server
from tests.net.load_balancer_vm import configured, hasty, recorded
from tests.net.machines import Switch, needs_root
from tests.node.authority import SelfSigned

pytestmark = needs_root

ONE, TWO = VIPS
BODY = document(vips=[], services=[])


@pytest.fixture(scope="module")
def lab(switch: Switch, authority: SelfSigned) -> Iterator[LoadBalanced]:
    with load_balanced(switch, authority) as made:
        made.settle()
        yield made


def endpoint(vip: str, *masters: str) -> ClusterEndpoint:
    """The lab's servers play the masters."""
    found = (server(name[:4], int(name[4:])) for name in masters)
    nodes = (ClusterNode(name=one["name"], address=one["address"]) for one in found)
    name = f"c{1 + VIPS.index(vip)}"
    return ClusterEndpoint(cluster=name, address=vip, ports=(6443, 443), masters=tuple(nodes))


def tell(lab: LoadBalanced, *endpoints: ClusterEndpoint) -> None:
    known = recorded(BODY)
    for one in endpoints:
        known = known.carrying(one)
    for member in lab.pair.members:
        wanted = hasty(configured(known, lab.pair.router_id, member.name))
        lab.pair.tell(member, BODY, change=lambda _, wanted=wanted: wanted)


def leads(lab: LoadBalanced, one: set[str], two: set[str]) -> bool:
    return (lab.sees(ONE), lab.sees(TWO)) == (one, two)


def test_masters_follow_through_scale_repair_and_deletion(lab: LoadBalanced) -> None:
    other = endpoint(TWO, "west1")
    tell(lab, endpoint(ONE, "east1"), other)
    lab.until(lambda: leads(lab, {"east1"}, {"west1"}), lambda: None)

    grown = endpoint(ONE, "east1", "east2", "west2")
    three = {"east1", "east2", "west2"}
    scaled = lab.until(lambda: leads(lab, three, {"west1"}), lambda: tell(lab, grown, other))
    assert scaled.outages == {ONE: 0, TWO: 0}

    two = {"east2", "west2"}
    died = lab.until(
        lambda: lab.clients[ONE].sees(2 * PATIENCE_SECONDS) == two, lab.servers["east1"].die
    )
    assert died.outages[TWO] == 0
    smaller = endpoint(ONE, "east2", "west2")
    told = lab.until(lambda: leads(lab, two, {"west1"}), lambda: tell(lab, smaller, other))
    assert told.outages == {ONE: 0, TWO: 0}

    gone = lab.see(lambda: tell(lab, other))
    assert gone.outages[TWO] == 0
    assert gone.holders == {ONE: [], TWO: [lab.east]}
