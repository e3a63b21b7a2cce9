"""Whose connections a reload closes: of servers that the new configuration leads nobody to."""

from typing import Any

import pytest

from provisioner.edge.close_connections import left, running, sessions, wanted, workers
from provisioner.edge.layout import HAPROXY
from provisioner.edge.model import AdminState
from tests.edge.documents import document, pool, server, service
from tests.edge.rendering import rendered

WEB = "web1.servers"


def together(active: str, **changes: Any) -> dict[str, Any]:
    servers = [server(f"s{one}", 1, one, port=None) for one in (1, 2, 3)]
    moving = service(pools=[pool(1, servers=servers)], moveTogether=True, active=active)
    return document(services=[moving | changes])


def told(*servers: tuple[str, str, str]) -> str:
    """As HAProxy tells of name, status and whether it is no backup."""
    lines = [f"{WEB},{name},{status},{act}," for name, status, act in servers]
    return "\n".join(["# pxname,svname,status,act,", *lines, ""])


def closed(body: dict[str, Any], *servers: tuple[str, str, str], **states: AdminState) -> list[str]:
    text = rendered(HAPROXY, body, states=states)
    return [name for _, name in left(wanted(text), running(told(*servers)))]


def test_ports_that_move_leave_all_but_the_one_they_move_to() -> None:
    before = (("s1", "UP", "1"), ("s2", "UP", "0"), ("s3", "UP", "0"))
    assert closed(together("s3"), *before) == ["s1", "s2"]


@pytest.mark.parametrize("status", ["UP", "DOWN"])
def test_who_stands_in_for_a_dead_one_keeps_its_clients_over_other_changes(status: str) -> None:
    before = (("s1", status, "1"), ("s2", "UP", "0"), ("s3", "UP", "0"))
    assert closed(together("s1"), *before) == []


def test_maintenance_ends_what_goes_on_and_a_drain_does_not() -> None:
    before = (("east1", "UP", "1"), ("east2", "UP", "1"))
    assert closed(document(), *before, east1="maintenance", east2="drain") == ["east1"]
    again = (("east1", "MAINT", "1"), ("east2", "DRAIN", "1"))
    assert closed(document(), *again, east1="maintenance", east2="drain") == []


def test_a_server_that_stands_by_from_now_on_may_finish() -> None:
    """Where servers share the load, nothing has to be at one of them alone."""
    assert closed(document(), ("west1", "UP", "1")) == []


def test_workers_of_earlier_reloads_have_connections_too() -> None:
    told = """\
#<PID>          <type>          <reloads>       <uptime>        <version>
1162            master          5               0d00h02m07s     2.6.12
# workers
1271            worker          0               0d00h00m00s     2.6.12
# old workers
1233            worker          3               0d00h00m43s     2.6.12
# programs

"""
    assert workers(told) == ["1271", "1233"]


def test_connections_are_found_by_their_server() -> None:
    told = (
        "0x55a1: proto=tcpv4 src=10.9.0.1:5 fe=web1 be=web1.servers srv=s1 ts=00 epoch=0\n"
        "0x55a2: proto=tcpv4 src=10.9.0.1:6 fe=web1 be=web1.servers srv=s2 ts=00 epoch=0\n"
        "0x55a3: proto=sockpair src=unix:2 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0\n"
    )
    assert sessions(told, {(WEB, "s1"), ("web2.servers", "s2")}) == ["0x55a1"]


def test_a_worker_that_has_just_ended_has_none() -> None:
    assert running("") == {}


def test_what_is_new_has_no_connections() -> None:
    assert closed(together("s2"), ("s9", "UP", "1")) == []
