"""What a pair is told while it serves, and who may reach what."""

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from provisioner.bootstrap.channel import APPLIED, Applied
from provisioner.edge import layout
from provisioner.edge.configuration import Configuration
from provisioner.edge.model import AdminState
from provisioner.edge.status import vip_status
from tests.net.client import Client
from tests.net.load_balanced import LoadBalanced, load_balanced
from tests.net.load_balancer_documents import VIPS, document, pool, server, service, vip
from tests.net.machines import Switch, needs_root
from tests.net.scanning import not_dropped
from tests.node.authority import SelfSigned
from workflows.kinds.channel_answers import answer

pytestmark = needs_root

EAST, WEST = VIPS
WEB = "web1.servers"


@pytest.fixture(scope="module")
def lab(switch: Switch, authority: SelfSigned) -> Iterator[LoadBalanced]:
    with load_balanced(switch, authority) as made:
        yield made


@pytest.fixture(autouse=True)
def _settled(lab: LoadBalanced) -> Iterator[None]:
    lab.settle()
    yield
    tell(lab)


def tell(
    lab: LoadBalanced,
    body: Mapping[str, Any] | None = None,
    states: Mapping[str, AdminState] | None = None,
) -> None:
    for member in lab.pair.members:
        lab.pair.tell(member, body, states)


@pytest.mark.parametrize("state", ["drain", "maintenance"])
def test_a_server_that_is_taken_out_stays_out_until_it_is_ready(
    lab: LoadBalanced, state: AdminState
) -> None:
    lab.until(lambda: lab.sees(EAST) == {"east2"}, lambda: tell(lab, states={"east1": state}))
    lab.east.reload_haproxy()
    assert lab.see(lambda: None).answered[EAST] == {"east2"}
    lab.until(lambda: lab.sees(EAST) == {"east1", "east2"}, lambda: tell(lab))


def test_vips_change_on_one_member_after_the_other(lab: LoadBalanced) -> None:
    added = document(vips=[vip(1), vip(2), {"name": "vip3", "address": "10.77.0.103"}])
    for member in (lab.east, lab.west):
        seen = lab.see(partial(lab.pair.tell, member, added))
        assert seen.holders == {EAST: [lab.east], WEST: [lab.west]}
        assert set(seen.outages.values()) == {0}
        assert lab.pair.holders("10.77.0.103") == [lab.east]


# By file: what its program knows, and what it has never heard of.
WRONG = {
    layout.HAPROXY: ("mode tcp", "mode tpc"),
    layout.KEEPALIVED: ("advert_int", "advert_imt"),
    layout.FIREWALL: ("policy drop", "policy drip"),
}


def mistaken(path: str, wanted: Configuration) -> Configuration:
    right, wrong = WRONG[path]
    files = wanted.files | {path: wanted.files[path].replace(right, wrong)}
    return wanted.model_copy(update={"files": files, "revision": f"wrong-{path[-8:]}"})


def test_a_wrong_revision_is_refused_with_the_reason_and_the_old_one_runs_on(
    lab: LoadBalanced,
) -> None:
    before = {path: lab.east.configuration(path) for path in layout.FILES}
    reports: dict[str, Applied | None] = {}

    def tell_wrong_ones() -> None:
        for path in WRONG:
            reports[path] = lab.pair.tell(lab.east, change=partial(mistaken, path))

    seen = lab.see(tell_wrong_ones)
    assert seen.holders == {EAST: [lab.east], WEST: [lab.west]}
    assert set(seen.outages.values()) == {0}
    assert {path: lab.east.configuration(path) for path in layout.FILES} == before
    for path, report in reports.items():
        assert report
        told = answer({APPLIED: report.model_dump_json()})
        assert told
        assert told.final
        assert "refused" in str(told.problem)
        assert WRONG[path][1].split()[-1] in str(told.problem)
    better = lab.pair.tell(lab.east, states={"east1": "drain"})
    assert better
    assert better.outcome == "applied"


CLOSED = """
table inet closed {
    chain input {
        type filter hook input priority filter;
        tcp dport 2380 drop
    }
}
"""


def test_ports_move_together_and_by_hand(lab: LoadBalanced) -> None:
    """Both servers answer at TLS, one of them at nothing else."""
    servers = [{**server("east", one), "port": None} for one in (1, 2)]
    together = service(
        1, ports=[6443, 2380], pools=[{**pool("east"), "servers": servers}], moveTogether=True
    )
    body = document(services=[together, service(2)])
    lab.until(lambda: lab.sees(EAST) == {"east1"}, lambda: tell(lab, body))
    east1 = lab.servers["east1"]
    east1.write("/run/closed.nft", CLOSED)
    close = partial(east1.run, "nft", "-f", "/run/closed.nft")
    lab.until(lambda: lab.sees(EAST) == {"east2"}, close)
    lab.until(lambda: lab.sees(EAST) == {"east1"}, lambda: east1.run("nft", "flush", "ruleset"))
    repointed = document(services=[together | {"active": "east2"}, service(2)])
    lab.until(lambda: lab.sees(EAST) == {"east2"}, lambda: tell(lab, repointed))


def test_members_tell_who_carries_what_and_which_servers_live(lab: LoadBalanced) -> None:
    lab.servers["east1"].die()
    lab.until(lambda: lab.east.servers(WEB)["east1"] == "DOWN", lambda: None)
    told = {member.name: member.status() for member in lab.pair.members}
    lab.servers["east1"].serve()
    for vip_address, home in ((EAST, "m1"), (WEST, "m2")):
        found = vip_status(vip_address, told)
        assert (found.holders, found.priority) == ((home,), 100)
        assert found.since
        assert found.since < time.time()
    [dead] = [one for one in told["m1"].servers or () if (one.backend, one.name) == (WEB, "east1")]
    assert dead.state == "DOWN"
    # By a check, or by what clients met before it.
    assert dead.check in ("L4CON", "HANA")
    [living] = [
        one for one in told["m2"].servers or () if (one.backend, one.name) == (WEB, "west1")
    ]
    assert (living.state, living.check) == ("UP", "L6OK")


def test_each_service_logs_under_its_own_name(lab: LoadBalanced) -> None:
    assert any(" web1[" in line and "web1.servers/east" in line for line in lab.east.journal())
    assert not any(" web1[" in line and "/west" in line for line in lab.east.journal()[-20:])


PORTS = (22, 80, 6443, 8404, 8405)


def test_nothing_is_reachable_but_what_a_member_is_there_for(lab: LoadBalanced) -> None:
    stranger, friend = lab.clients.values()
    service, own = (EAST, 6443), "10.77.0.11"
    assert not_dropped(stranger, (EAST, own), PORTS) == {service: "open"}
    assert not_dropped(friend, (EAST, own), PORTS) == {
        service: "open",
        (own, 22): "closed",
        (own, 8404): "open",
    }


def curl(client: Client, user: str, *more: str) -> str:
    """The status of the stats page; 000 for none."""
    login = ("--user", f"{user}:{user}-password") if user else ()
    url = "http://10.77.0.11:8404/stats"
    told = ("-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5")
    return client.run("curl", *told, *login, *more, url).stdout


def test_only_the_admin_takes_servers_out_by_hand_and_a_reload_keeps_it(lab: LoadBalanced) -> None:
    friend = lab.clients[WEST]
    take_out = ("--data", f"s=east1&action=maint&b={WEB}")
    assert [curl(friend, user) for user in ("", "viewer", "admin")] == ["401", "200", "200"]
    curl(friend, "viewer", *take_out)
    assert lab.east.servers(WEB)["east1"] == "UP"
    curl(friend, "admin", *take_out)
    assert lab.east.servers(WEB)["east1"] == "MAINT"
    lab.east.reload_haproxy()
    assert lab.east.servers(WEB)["east1"] == "MAINT"
    curl(friend, "admin", "--data", f"s=east1&action=ready&b={WEB}")
