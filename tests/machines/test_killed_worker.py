"""SIGKILL to the worker while a pair of real machines is made, told, renewed and removed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lab.leftovers import leftovers, present
from lab.machine_list import machines
from lab.network.namespace import entered
from lab.service import ENDED, Service
from lab.stack.options import WORKER
from lab.waiting import wait_until
from provisioner.bootstrap.channel import CONFIGURATION
from tests.machines.load_balancer import (
    DOCUMENT,
    NAME,
    PORT,
    is_served,
    members,
    observed,
    server_in_the_lab,
    service,
)
from tests.machines.world import CREATION_SECONDS, World, soon

# With a key that may be rotated.
PAIR = {name: value for name, value in DOCUMENT.items() if name != "stats"} | {
    "vrrp": {"version": 2, "interval": 1, "auth": "PASS"}
}
PATH = f"/loadbalancers/{NAME}"


@dataclass(frozen=True)
class Lab:
    """`before`: what there was before the pair."""

    world: World
    service: Service
    before: list[str]

    def succeeds(self, operation: dict[str, Any], *moments: Callable[[], bool]) -> None:
        """Though at each of the moments the worker is killed, and started again."""
        for moment in moments:
            assert wait_until(moment, CREATION_SECONDS), self.history()
            self.world.kill(WORKER)
            now = self.service.ask("GET", f"/operations/{operation['id']}")
            assert now["state"] not in ENDED, "it was too late to kill anybody"
            self.world.mend()
        self.service.succeeded(operation, CREATION_SECONDS)

    def happened(self, reason: str, count: int) -> Callable[[], bool]:
        return lambda: self.history().count(reason) >= count

    def history(self) -> list[str]:
        items = self.service.ask("GET", f"{PATH}/events")["items"]
        return [event["reason"] for event in items]

    def vms(self) -> list[str]:
        """In whatever state."""
        seen = machines(self.world.facts.vcenter.access())
        return [one.name for one in seen if one.name.startswith(f"{NAME}-")]

    def told(self) -> list[str | None]:
        """The configuration that each member's VM has."""
        options = (self.world.options(one.moref) for one in members(self.world))
        return [found.get(CONFIGURATION) for found in options]

    def is_well(self) -> bool:
        """As it was asked for, on just the machines asked for."""
        found = observed(self.service)
        synced = [one["inSync"] for one in found["members"]]
        return synced == [True, True] and found["vips"][0]["holders"] == ["m1"]


@pytest.fixture(scope="module")
def lab(running: World) -> Iterator[Lab]:
    """With the pair, for which the worker was killed four times."""
    with entered(running.supervisor), server_in_the_lab(), Service(running.facts) as asked:
        running.ensure_registered(asked)
        lab = Lab(running, asked, present(running.facts))
        creation = asked.ask("POST", "/loadbalancers", PAIR)
        lab.succeeds(
            creation,
            lambda: bool(lab.vms()),
            lab.happened("MachineCreated", 1),
            lambda: bool(members(running)),
            lab.happened("NodeReportedReady", 1),
        )
        yield lab


def test_a_pair_made_by_killed_workers_serves(world: World, lab: Lab) -> None:
    assert len(lab.vms()) == 2
    assert soon(lab.is_well), str(observed(lab.service))
    assert soon(is_served)


def test_members_take_what_killed_workers_told_them(world: World, lab: Lab) -> None:
    vms, before = lab.vms(), lab.told()
    more = {"services": [service("plain", PORT), service("more", PORT + 1)]}
    change = lab.service.ask("PATCH", PATH, more)
    lab.succeeds(change, lambda: True, lambda: lab.told() != before)
    assert soon(lambda: is_served(PORT + 1))
    assert soon(lab.is_well), str(observed(lab.service))
    assert lab.vms() == vms


def test_members_replaced_by_killed_workers_share_a_key(world: World, lab: Lab) -> None:
    former = lab.vms()
    change = lab.service.ask("POST", f"{PATH}/actions/rotate-key")
    lab.succeeds(
        change,
        lab.happened("NodeRetired", 1),
        lambda: bool(set(lab.vms()) - set(former)),
        lab.happened("NodeReportedReady", 3),
        lab.happened("NodeRemoved", 2),
    )
    assert len(lab.vms()) == 2
    assert not set(lab.vms()) & set(former)
    assert soon(lab.is_well), str(observed(lab.service))
    assert soon(is_served)
    assert soon(lambda: is_served(PORT + 1))


def test_nothing_is_left_when_a_worker_is_killed_while_removing(world: World, lab: Lab) -> None:
    deletion = lab.service.ask("DELETE", PATH)
    lab.succeeds(deletion, lambda: len(lab.vms()) < 2)
    assert leftovers(lab.world, lab.before) == []
    assert soon(lambda: NAME not in str(world.remains())), world.remains()
