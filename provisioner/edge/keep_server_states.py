#!/usr/bin/python3 -IS
"""Notes what HAProxy knows of its servers, for the one that a reload starts.

With --none it notes that nothing is known. Exits 1 when HAProxy does not say; the note before it
then stays.
"""

import os
import socket
import sys

SOCKET = "/run/haproxy/admin.sock"
NOTE = "/run/haproxy/server-states"
# The first line is the format's version.
NOTHING = b"1\n"
PATIENCE_SECONDS = 5.0


def known(path: str = SOCKET) -> bytes:
    """Raises OSError when HAProxy does not answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(path)
        connection.sendall(b"show servers state\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if not answer.startswith(NOTHING):
        raise OSError("HAProxy does not tell the states of its servers")
    return answer.rstrip(b"\n") + b"\n"


def note(states: bytes, path: str = NOTE) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "wb") as file:
        file.write(states)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    note(NOTHING if sys.argv[1:] == ["--none"] else known())
