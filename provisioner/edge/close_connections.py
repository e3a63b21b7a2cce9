#!/usr/bin/python3 -IS
"""Closes connections that a new configuration leads elsewhere, before it comes into force.

A reload leaves the workers that run with their connections until they end by themselves. Those to
servers that go into maintenance, or whose ports move to another server, are not to last so long.
Workers of earlier reloads are reached by way of their master. Exits 1 when it does not answer.
"""

import re
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

CONFIGURATION = "/etc/haproxy/haproxy.cfg"
# As in Debian's unit.
MASTER = "/run/haproxy-master.sock"
PATIENCE_SECONDS = 5.0

Server = tuple[str, str]


class Wanted(NamedTuple):
    """Of a server in the new configuration. `moving`: one server of its backend has all."""

    disabled: bool
    backup: bool
    moving: bool


def wanted(text: str) -> "dict[Server, Wanted]":
    """By backend and name."""
    found: dict[Server, Wanted] = {}
    for section in text.split("\n\n"):
        lines = [line.split() for line in section.splitlines()]
        if not lines or lines[0][:1] != ["backend"]:
            continue
        moving = ["option", "allbackups"] not in lines
        for words in lines:
            if words[:1] == ["server"]:
                about = Wanted("disabled" in words, "backup" in words, moving)
                found[lines[0][1], words[1]] = about
    return found


def workers(told: str) -> "list[str]":
    """The ids of all processes that have connections, out of the master's `show proc`."""
    rows = [line.split() for line in told.splitlines()]
    return [row[0] for row in rows if row[1:2] == ["worker"]]


def running(told: str) -> "dict[Server, dict[str, str]]":
    """What a worker says of its servers, by backend and name."""
    lines = [line for line in told.splitlines() if line]
    if not lines:
        return {}
    names = lines[0].lstrip("# ").split(",")
    # Python 3.9 has no strict.
    rows = [dict(zip(names, line.split(","))) for line in lines[1:]]  # noqa: B905
    return {(row["pxname"], row["svname"]): row for row in rows}


def left(
    new: "Mapping[Server, Wanted]", old: "Mapping[Server, Mapping[str, str]]"
) -> "Iterator[Server]":
    """Servers whose connections are to be closed. None where nothing changes."""
    moved = {
        server[0]
        for server, about in new.items()
        if about.moving and about.backup and old.get(server, {}).get("act") == "1"
    }
    for server, about in new.items():
        serves = server in old and not old[server]["status"].startswith("MAINT")
        if serves and (about.disabled or (about.backup and server[0] in moved)):
            yield server


def sessions(told: str, servers: "set[Server]") -> "list[str]":
    """The ids of connections to these servers, out of a worker's `show sess`."""
    found = re.findall(r"^(0x[0-9a-f]+): .* be=(\S+) srv=(\S+) ", told, re.MULTILINE)
    return [session for session, backend, name in found if (backend, name) in servers]


def close(worker: str, servers: "set[Server]") -> None:
    for backend, name in sorted(servers):
        # Nobody is led there while the new one starts.
        ask(f"@!{worker} set server {backend}/{name} state maint")
        ask(f"@!{worker} shutdown sessions server {backend}/{name}")
    # A worker of an earlier reload knows no servers any more, but its connections.
    for session in sessions(ask(f"@!{worker} show sess"), servers):
        ask(f"@!{worker} shutdown session {session}")


def ask(command: str) -> str:
    """Raises OSError when the master does not answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(MASTER)
        # The master waits for more until it is told that there is none.
        connection.sendall(command.encode() + b"\nquit\n")
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def main() -> int:
    with open(CONFIGURATION, encoding="utf-8") as file:
        new = wanted(file.read())
    try:
        for worker in workers(ask("show proc")):
            servers = set(left(new, running(ask(f"@!{worker} show stat -1 4 -1"))))
            if servers:
                close(worker, servers)
    except OSError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
