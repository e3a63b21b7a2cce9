#!/usr/bin/python3 -IS
"""keepalived's check of the local API server: exits 0 while `/livez` answers 200.

/livez fails without a majority of etcd, so a master that is cut off lets go. It goes on answering
where /readyz does not, while the server starts or drains: each move of the address costs something.
"""

import http.client
import ssl
import sys
import time

AUTHORITY = "/etc/kubernetes/pki/ca.crt"
# An API server nobody listens for is dead; one that is slow or ailing may be busy electing.
REFUSALS, PAUSE_SECONDS, PATIENCE_SECONDS = 2, 0.2, 2.0


def healthy(port: int, authority: str = AUTHORITY) -> bool:
    """Tries again, as one failure proves nothing: for 0.2 s when refused, else for 2 s."""
    deadline, refusals = time.monotonic() + PATIENCE_SECONDS, 0
    while (left := deadline - time.monotonic()) > 0:
        try:
            if alive(port, authority, left):
                return True
        except ConnectionRefusedError:
            refusals += 1
        except (OSError, http.client.HTTPException):
            refusals = 0
        if refusals == REFUSALS:
            return False
        time.sleep(PAUSE_SECONDS)
    return False


def alive(port: int, authority: str = AUTHORITY, seconds: float = 1.5) -> bool:
    """Raises OSError or HTTPException when nobody answers, or somebody else does."""
    context = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=seconds, context=context)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if healthy(int(sys.argv[1])) else 1)
