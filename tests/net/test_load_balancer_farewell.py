"""A member that is to be made anew, or taken away, hands its VIPs over before its VM goes."""

from collections.abc import Iterator

import pytest

from provisioner.bootstrap.channel import Applied
from provisioner.bootstrap.load_balancer import rendered
from provisioner.edge import configuration, from_spec
from provisioner.edge.configuration import Configuration
from tests.net.load_balanced import LoadBalanced, load_balanced
from tests.net.load_balancer_documents import VIPS
from tests.net.load_balancer_vm import recorded
from tests.net.machines import Switch, needs_root
from tests.node.authority import SelfSigned

pytestmark = needs_root
EAST, WEST = VIPS


@pytest.fixture(scope="module")
def lab(switch: Switch, authority: SelfSigned) -> Iterator[LoadBalanced]:
    with load_balanced(switch, authority) as made:
        yield made


def leaving(lab: LoadBalanced) -> Configuration:
    document = recorded(lab.pair.body)
    ids = {one.name: lab.pair.router_id + at for at, one in enumerate(document.members)}
    east, _ = from_spec.pair(document, ids)
    return configuration.leaving(east)


def test_a_member_that_leaves_gives_its_vips_up(lab: LoadBalanced) -> None:
    lab.settle()
    told: list[Applied | None] = []
    seen = lab.see(lambda: told.append(lab.pair.tell(lab.east, change=lambda _: leaving(lab))))
    assert [one.outcome for one in told if one] == ["applied"]
    assert seen.holders == {EAST: [lab.west], WEST: [lab.west]}
    assert seen.answered[EAST] & lab.site("west")
    lab.pair.tell(lab.east)
    lab.settle()


def test_who_stays_has_all_vips_when_the_other_one_is_taken_away(lab: LoadBalanced) -> None:
    """It is told so when that one is gone; what was its group is then no more."""
    lab.settle()
    body = lab.pair.body
    alone = {
        "members": body["members"][1:],
        "vips": [vip | {"preferredMember": "m2"} for vip in body["vips"]],
    }
    document = recorded(body | alone)
    last = rendered(document, {"m2": lab.pair.router_id + 1})["m2"]
    lab.see(lambda: lab.pair.tell(lab.east, change=lambda _: leaving(lab)))
    lab.pair.switch.cut_off(lab.east.port)
    lab.east.stop_keepalived()
    seen = lab.see(lambda: lab.pair.tell(lab.west, change=lambda _: last))
    assert seen.holders[EAST] == [lab.west]
    assert lab.sees(EAST) <= lab.site("west")
