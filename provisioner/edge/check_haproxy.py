#!/usr/bin/python3 -IS
"""keepalived's check of the local HAProxy: exits 0 when it answers a request.

A process that is there and serves nobody is as good as none.
"""

import socket
import sys

PATIENCE_SECONDS = 2.0


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
            connection.settimeout(PATIENCE_SECONDS)
            connection.sendall(b"GET /alive HTTP/1.0\r\n\r\n")
            return connection.recv(64).split()[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(int(sys.argv[1])) else 1)
