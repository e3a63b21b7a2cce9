"""A load balancer pair on real machines, from its request to its end, with a cluster behind it."""

import json
from collections.abc import Iterator

import pytest

from lab.network.namespace import entered
from lab.service import Service
from lab.waiting import wait_until
from tests.machines.load_balancer import (
    DOCUMENT,
    NAME,
    PORT,
    SECRET,
    SSH,
    VIP,
    addresses,
    balanced_cluster,
    is_served,
    members,
    observed,
    reachable,
    server_in_the_lab,
    service,
)
from tests.machines.world import CREATION_SECONDS, Cluster, World, soon

CLUSTER = "balanced"
PASSWORDS = {"adminPassword": "look-and-change-1", "viewerPassword": "look-only-12345"}


@pytest.fixture(scope="module")
def pair(running: World) -> Iterator[Service]:
    """The service, which has made the pair."""
    with entered(running.supervisor), server_in_the_lab(), Service(running.facts) as asked:
        running.ensure_registered(asked)
        secret = {"name": SECRET, "type": "load-balancer", "values": PASSWORDS}
        asked.ask("POST", "/secrets", secret)
        asked.succeeded(asked.ask("POST", "/loadbalancers", DOCUMENT), CREATION_SECONDS)
        yield asked


def test_members_boot_without_a_fault(world: World, pair: Service) -> None:
    for machine in members(world):
        assert "status: done" in machine.run("cloud-init", "status", "--wait")
        result = json.loads(machine.run("cat", "/run/cloud-init/result.json"))
        assert result["v1"]["errors"] == []
        assert machine.run("systemctl", "--failed", "--plain", "--no-legend") == ""
        assert machine.run("hostname").strip() == machine.name


def test_nobody_logs_in_as_root_or_by_password(world: World, pair: Service) -> None:
    for machine in members(world):
        told = set(machine.run("sshd", "-T").splitlines())
        assert {"permitrootlogin no", "passwordauthentication no"} <= told


def test_a_network_reaches_what_it_may(world: World, pair: Service) -> None:
    found = reachable(VIP, *addresses("m1").values(), *addresses("m2").values())
    managed = {addresses(name)["management"] for name in ("m1", "m2")}
    assert found.pop(VIP) == {PORT: "open"}
    assert found == {one: {SSH: "open"} if one in managed else {} for one in found}


def test_the_service_knows_who_serves(world: World, pair: Service) -> None:
    assert is_served()

    def told() -> tuple[list[str], dict[str, str]]:
        found = observed(pair)
        servers = [one["members"] for one in found["servers"]]
        states = {one["member"]: one["state"] for seen in servers for one in seen}
        return found["vips"][0]["holders"], states

    assert soon(lambda: told() == (["m1"], {"m1": "UP", "m2": "UP"})), observed(pair)


def test_a_revision_that_a_member_refuses_leaves_the_old_one_running(
    world: World, pair: Service
) -> None:
    holder, _ = members(world)
    holder.run("mv", "/usr/sbin/nft", "/usr/sbin/nft.away")
    more = {"services": [service("plain", PORT), service("more", PORT + 1)]}
    pair.ask("PATCH", f"/loadbalancers/{NAME}", more)
    assert soon(lambda: "nft" in str(problem(pair, "m1"))), observed(pair)
    assert soon(lambda: observed(pair)["members"][1]["inSync"]), observed(pair)
    assert soon(is_served)
    assert not is_served(PORT + 1)
    holder.run("mv", "/usr/sbin/nft.away", "/usr/sbin/nft")
    assert soon(lambda: is_served(PORT + 1))


def problem(pair: Service, name: str) -> str | None:
    [found] = [one["problem"] for one in observed(pair)["members"] if one["name"] == name]
    return str(found) if found else None


def test_a_cluster_goes_on_when_the_member_that_led_to_it_is_destroyed(
    world: World, pair: Service
) -> None:
    pair.succeeded(pair.create(balanced_cluster(CLUSTER)), CREATION_SECONDS)
    cluster = Cluster(world, pair.text(f"/clusters/{CLUSTER}/kubeconfig"))
    nodes = {one.name for one in world.machines() if one.name.startswith(f"{CLUSTER}-")}
    assert soon(lambda: cluster.ready_nodes() == nodes)

    lost, other = members(world)
    world.destroy(lost.moref)
    assert soon(is_served)
    assert soon(lambda: cluster.ready_nodes() == nodes)
    assert wait_until(lambda: is_replaced(world, pair, lost.name), CREATION_SECONDS)
    successor, still = members(world)
    assert set(addresses("m1").values()) <= set(successor.addresses)
    assert still.name == other.name
    assert soon(lambda: observed(pair)["vips"][0]["holders"] == ["m1"]), observed(pair)
    assert soon(is_served)
    assert cluster.ready_nodes() == nodes
    assert soon(lambda: all(one["inSync"] for one in observed(pair)["members"])), observed(pair)
    pair.succeeded(pair.delete(CLUSTER), CREATION_SECONDS)


def is_replaced(world: World, pair: Service, lost: str) -> bool:
    found = pair.ask("GET", f"/loadbalancers/{NAME}/nodes")["items"]
    ready = {one["name"] for one in found if one["phase"] == "ready"}
    return len(ready) == 2 and lost not in ready and len(members(world)) == 2


def test_nothing_is_left_of_a_deleted_pair(world: World, pair: Service) -> None:
    pair.succeeded(pair.ask("DELETE", f"/loadbalancers/{NAME}"), CREATION_SECONDS)
    assert soon(lambda: not [one for one in world.machines() if one.name.startswith(NAME)])
    assert soon(lambda: NAME not in str(world.remains())), world.remains()
    assert pair.answer("DELETE", f"/secrets/{SECRET}").is_success
