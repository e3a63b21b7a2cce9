"""Load balancer pairs on the whole stack: stand-in members, everything else as it is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socketserver import BaseRequestHandler, TCPServer
from typing import Any

import pytest

from lab.hands import destroy
from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.options import WORKER
from lab.stack.stack import Stack
from lab.waiting import wait_until
from tests.e2e.documents import load_balancer
from tests.e2e.world import vm_names

PATIENCE = 240


class Pair:
    """One that is there, as long as the block lasts; then nothing is left of it."""

    def __init__(self, service: Service, name: str) -> None:
        self._service, self.name, self.path = service, name, f"/loadbalancers/{name}"

    def shown(self) -> dict[str, Any]:
        return self._service.ask("GET", self.path)

    def do(self, verb: str, path: str = "", body: object = None) -> None:
        operation = self._service.ask(verb, f"{self.path}{path}", body)
        self._service.succeeded(operation, PATIENCE)

    def members(self) -> dict[str, dict[str, Any]]:
        """Those that are or will be there."""
        items = self._service.ask("GET", f"{self.path}/nodes")["items"]
        return {one["group"]: one for one in items if one["phase"] in ("creating", "ready")}

    def history(self) -> list[str]:
        items = self._service.ask("GET", f"{self.path}/events")["items"]
        return [event["reason"] for event in items]

    def holders(self) -> list[str]:
        [vip] = self.shown()["observed"]["vips"]
        holders: list[str] = vip["holders"]
        return holders

    def states(self) -> dict[str, set[str]]:
        """Of the servers, on all members that tell."""
        servers = self.shown()["observed"]["servers"]
        return {one["name"]: {at["state"] for at in one["members"]} for one in servers}

    def comes(self, wanted: Callable[[], bool]) -> None:
        assert wait_until(wanted, PATIENCE), self.shown()


@pytest.fixture
def pair(stack: Stack, service: Service) -> Iterator[Callable[..., Pair]]:
    made: list[Pair] = []

    def make(name: str, **changes: Any) -> Pair:
        operation = service.ask("POST", "/loadbalancers", load_balancer(name, **changes))
        made.append(Pair(service, name))
        service.succeeded(operation, PATIENCE)
        return made[0]

    yield make
    for one in made:
        one.do("DELETE")
        assert not vm_names(stack, one.name)
    assert not leftovers(stack)


@contextmanager
def listening(document: dict[str, Any], server: str) -> Iterator[None]:
    [pool] = document["services"][0]["pools"]
    [found] = [one for one in pool["servers"] if one["name"] == server]
    serving = TCPServer((found["address"], found["port"]), BaseRequestHandler)
    with serving, ThreadPoolExecutor(1) as thread:
        thread.submit(serving.serve_forever, 0.1)
        yield
        serving.shutdown()


@pytest.mark.timeout(2 * PATIENCE)
def test_members_tell_who_holds_a_vip_and_which_servers_live(
    pair: Callable[..., Pair],
) -> None:
    front = pair("front")
    found = front.shown()
    assert (found["status"], found["nodes"]) == ("RUNNING", {"ready": 2, "total": 2})
    front.comes(lambda: front.holders() == ["m1"])
    with listening(found["spec"], "front-1"):
        front.comes(lambda: front.states() == {"front-1": {"UP"}, "front-2": {"DOWN"}})
        front.do("POST", "/servers/front-1/actions/drain")
        front.comes(lambda: front.states()["front-1"] == {"DRAIN"})
        front.do("POST", "/servers/front-1/actions/ready")
        front.comes(lambda: front.states()["front-1"] == {"UP"})
    front.comes(lambda: condition(front, "ServersUp")["status"] == "False")
    assert "no server for web.servers" in condition(front, "ServersUp")["message"]


def condition(pair: Pair, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        (one for one in pair.shown()["conditions"] if one["type"] == name), {"status": "Unknown"}
    )
    return found


@pytest.mark.timeout(2 * PATIENCE)
def test_a_member_that_is_destroyed_is_succeeded_at_its_address(
    stack: Stack, pair: Callable[..., Pair]
) -> None:
    loss = pair("loss")
    before = loss.members()
    destroy(stack.servers.vcenter, before["m1"]["name"])
    loss.comes(lambda: before["m1"]["name"] not in names(loss.members()))
    loss.comes(lambda: loss.shown()["status"] == "RUNNING")
    after = loss.members()
    assert after["m1"]["address"] == before["m1"]["address"]
    assert after["m2"]["name"] == before["m2"]["name"]
    loss.comes(lambda: loss.holders() == ["m1"])


@pytest.mark.timeout(2 * PATIENCE)
def test_a_member_whose_hardware_changes_is_made_anew_alone(pair: Callable[..., Pair]) -> None:
    grown = pair("grown")
    before = grown.members()
    grown.do("PATCH", "", {"members": [{"name": "m1"}, {"name": "m2", "vcpu": 4}]})
    after = grown.members()
    assert after["m1"]["name"] == before["m1"]["name"]
    assert after["m2"]["name"] != before["m2"]["name"]
    assert after["m2"]["address"] == before["m2"]["address"]


@pytest.mark.timeout(2 * PATIENCE)
def test_other_passwords_make_both_anew_one_after_the_other(
    service: Service, pair: Callable[..., Pair]
) -> None:
    values = {"adminPassword": "not-a-real-one", "viewerPassword": "nor-is-this"}
    stored = {"name": "fresh-stats", "type": "load-balancer", "values": values}
    service.ask("POST", "/secrets", stored)
    fresh = pair("fresh", stats={"secret": "fresh-stats"})
    before = fresh.members()
    known = len(fresh.history())
    [operation] = service.ask("PUT", "/secrets/fresh-stats", {"values": values})["operations"]
    service.succeeded(operation, PATIENCE)
    assert not names(before) & names(fresh.members())
    steps = [one for one in fresh.history()[known:] if one in ("NodeRemovalPlanned", "NodeReady")]
    assert steps == ["NodeRemovalPlanned", "NodeReady"] * 2


def names(members: dict[str, dict[str, Any]]) -> set[str]:
    return {one["name"] for one in members.values()}


def kill_at(stack: Stack, pair: Pair, reason: str, count: int) -> None:
    """The worker, when the history has `count` events of that reason; then it is started again."""
    pair.comes(lambda: pair.history().count(reason) >= count)
    stack.kill(WORKER)
    stack.restart(WORKER)


@pytest.mark.timeout(3 * PATIENCE)
def test_a_worker_killed_in_a_creation_and_in_a_change_loses_nothing(
    stack: Stack, service: Service
) -> None:
    operation = service.ask("POST", "/loadbalancers", load_balancer("phoenix-edge", vrrp=PASS))
    phoenix = Pair(service, "phoenix-edge")
    for reason in ("NodePlanned", "MachineCreated", "NodeReady"):
        kill_at(stack, phoenix, reason, 1)
    service.succeeded(operation, PATIENCE)
    before = phoenix.members()
    assert len(vm_names(stack, "phoenix-edge")) == 2
    change = service.ask("POST", f"{phoenix.path}/actions/rotate-key")
    for reason, count in (("NodeRemovalPlanned", 1), ("NodeReady", 3), ("NodeRemoved", 2)):
        kill_at(stack, phoenix, reason, count)
    service.succeeded(change, PATIENCE)
    assert not names(before) & names(phoenix.members())
    assert len(vm_names(stack, "phoenix-edge")) == 2
    ending = service.ask("DELETE", phoenix.path)
    kill_at(stack, phoenix, "DeletionRequested", 1)
    service.succeeded(ending, PATIENCE)
    assert not vm_names(stack, "phoenix-edge")
    assert not leftovers(stack)


PASS = {"version": 2, "auth": "PASS"}
