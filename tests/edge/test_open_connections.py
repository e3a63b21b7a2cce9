"""What reloads of a real HAProxy do to connections that are open: its servers are beside it."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from provisioner.edge.layout import HAPROXY
from provisioner.edge.model import AdminState
from tests.edge.documents import document, pool, server, service
from tests.edge.rendering import VALUES, configured
from tests.net.load_balancer_member import Member
from tests.net.machines import needs_root
from tests.net.observing import wait_for

pytestmark = needs_root

VIP = "10.2.0.101"
S1, S2, S3 = (f"10.3.0.10{one}" for one in (1, 2, 3))
DEADLINE_SECONDS = 90
# Says which of its addresses was asked, and keeps the connection.
SERVER = """
import socket, threading
def serve(connection):
    with connection:
        connection.sendall(connection.getsockname()[0].encode() + b"\\n")
        connection.recv(1)
with socket.create_server(("0.0.0.0", 8443)) as door:
    while True:
        threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
"""
# Ends when the other side closes.
CLIENT = """
import socket, sys
with socket.create_connection((sys.argv[1], 443), 5) as connection:
    connection.settimeout(None)
    while told := connection.recv(100):
        sys.stdout.write(told.decode())
        sys.stdout.flush()
"""


@pytest.fixture(scope="module")
def member() -> Iterator[Member]:
    made = Member("m1")
    try:
        made.receive([])
        for address in (VIP, S1, S2, S3):
            made.run("ip", "addr", "add", f"{address}/32", "dev", "lo")
        made.path("/var/lib/haproxy/dev").mkdir(parents=True, exist_ok=True)
        made.start("/usr/bin/python3", "-c", SERVER, log="/run/server.log")
        for path, text in files(moving("s1")).items():
            made.write(path, text)
        made.start_haproxy()
        wait_for(made.haproxy_process, made.haproxy_log)
        yield made
    finally:
        made.power_off()


def files(body: dict[str, Any], **states: AdminState) -> dict[str, str]:
    return configured(body, states)["m1"].filled(VALUES)


def tell(member: Member, body: dict[str, Any], **states: AdminState) -> None:
    member.write(HAPROXY, files(body, **states)[HAPROXY])
    member.reload_haproxy()


def served(**changes: Any) -> dict[str, Any]:
    servers = [server(f"s{one}", 1, one, port=8443) for one in (1, 2, 3)]
    one = pool(1, servers=servers, check={"type": "tcp", "inter": 1})
    return document(services=[service(pools=[one], **changes)], stats=None)


def moving(active: str) -> dict[str, Any]:
    return served(moveTogether=True, active=active)


def held(member: Member, address: str) -> subprocess.Popen[str]:
    """An open connection to the server at `address`."""
    found: list[subprocess.Popen[str]] = []

    def opened() -> bool:
        log = f"/run/client{len(found)}.log"
        found.append(member.start("/usr/bin/python3", "-c", CLIENT, VIP, log=log))
        wait_for(member.path(log).read_text, lambda: member.haproxy_log()[-800:])
        return member.path(log).read_text().strip() == address

    wait_for(opened, lambda: f"nobody is led to {address}")
    return found[-1]


def test_ports_that_are_moved_by_hand_take_their_clients_along(member: Member) -> None:
    tell(member, moving("s1"))
    connection = held(member, S1)
    tell(member, moving("s3"))
    connection.wait(DEADLINE_SECONDS)
    held(member, S3)


def test_other_changes_leave_them_alone(member: Member) -> None:
    tell(member, moving("s2"))
    connection = held(member, S2)
    tell(member, moving("s2") | {"timeouts": {"connect": 4}})
    held(member, S2)
    assert connection.poll() is None


def test_a_drain_lets_clients_finish_and_maintenance_does_not(member: Member) -> None:
    tell(member, served())
    connection = held(member, S1)
    tell(member, served(), s1="drain")
    held(member, S2)
    assert connection.poll() is None
    tell(member, served(), s1="maintenance")
    connection.wait(DEADLINE_SECONDS)
