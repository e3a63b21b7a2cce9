#!/usr/bin/python3 -IS
"""Notes what HAProxy knows of its servers, for the one that a reload starts.

With --none it notes that nothing is known. Exits 1 when HAProxy does not say; the note before it
then stays.
"""

import os
import socket
import sys
from collections.abc import Mapping

CONFIGURATION = "/etc/haproxy/haproxy.cfg"
SOCKET = "/run/haproxy/admin.sock"
NOTE = "/run/load-balancer/server-states"
# The first line is the format's version; columns are named in the second one.
NOTHING = "1\n"
# The note goes before the configuration, which alone says where servers and their checks are.
PLACES = {
    "srv_check_port": "0",
    "srv_check_addr": "-",
    "srv_agent_addr": "-",
    "srv_agent_port": "0",
}
PATIENCE_SECONDS = 5.0


def told(path: str = SOCKET) -> str:
    """Raises OSError when HAProxy does not answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(path)
        connection.sendall(b"show servers state\n")
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def configured(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Address and port of each server by backend and name; port 0 for the client's own."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    backend = ""
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["backend"]:
            backend = words[1]
        elif words[:1] == ["server"]:
            address, _, port = words[2].partition(":")
            found[backend, words[1]] = (address, port or "0")
    return found


def kept(states: str, places: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    """Of `states` what is about servers that are where they were."""
    version, header, *rows = states.splitlines()
    columns = header.lstrip("# ").split()
    lines = [version, header]
    for values in map(str.split, filter(None, rows)):
        # Python 3.9 has no strict.
        row = dict(zip(columns, values))  # noqa: B905
        place = places.get((row["be_name"], row["srv_name"]))
        if place == (row["srv_addr"], row["srv_port"]):
            lines.append(" ".join({**row, **PLACES}.values()))
    return "\n".join(lines) + "\n"


def note(states: str, path: str = NOTE) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(states)
    os.replace(path + ".new", path)


def main(arguments: list[str]) -> int:
    if arguments == ["--none"]:
        note(NOTHING)
        return 0
    states = told()
    if not states.startswith(NOTHING):
        return 1
    with open(CONFIGURATION, encoding="utf-8") as file:
        note(kept(states, configured(file.read())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
