#!/usr/bin/python3 -IS
"""keepalived's check of the local API server: exits 0 while `/livez` answers 200.

/livez fails without a majority of etcd, so a master that is cut off lets go. It goes on answering
where /readyz does not, while the server starts or drains: each move of the address costs something.
"""

import socket
import ssl
import sys
import time

HOST, PATH = "127.0.0.1", "/livez"
AUTHORITY = "/etc/kubernetes/pki/ca.crt"
# An API server nobody listens for is dead; one that is slow or ailing may be busy electing.
REFUSALS, PAUSE_SECONDS, PATIENCE_SECONDS = 2, 0.2, 2.0
LONGEST_LINE = 1024


def healthy(port: int, authority: str = AUTHORITY) -> bool:
    """Tries again, as one failure proves nothing: for 0.2 s when refused, else for 2 s."""
    deadline, refusals = time.monotonic() + PATIENCE_SECONDS, 0
    while (left := deadline - time.monotonic()) > 0:
        try:
            if alive(port, authority, left):
                return True
        except ConnectionRefusedError:
            refusals += 1
        except OSError:
            refusals = 0
        if refusals == REFUSALS:
            return False
        time.sleep(PAUSE_SECONDS)
    return False


def alive(port: int, authority: str = AUTHORITY, seconds: float = 1.5) -> bool:
    """Raises OSError when nobody answers, or somebody else does.

    Runs every second on every master: to import http.client would take half of its time again.
    """
    context = ssl.create_default_context(cafile=authority)
    plain = socket.create_connection((HOST, port), seconds)
    connection = context.wrap_socket(plain, server_hostname=HOST)
    with connection, connection.makefile("rb") as answer:
        connection.sendall(f"GET {PATH} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        return answer.readline(LONGEST_LINE).split()[1:2] == [b"200"]


if __name__ == "__main__":
    sys.exit(0 if healthy(int(sys.argv[1])) else 1)
