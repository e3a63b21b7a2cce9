#!/usr/bin/python3 -IS
"""keepalived's check of the local API server: exits 0 while `/livez` answers 200.

/livez and not /readyz, because moving the address does not help while etcd or the API drains.
"""

import http.client
import ssl
import sys

AUTHORITY = "/etc/kubernetes/pki/ca.crt"


def alive(port: int, authority: str = AUTHORITY) -> bool:
    """Raises OSError or HTTPException when nobody answers, or somebody else does."""
    context = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=1.5, context=context)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        sys.exit(0 if alive(int(sys.argv[1])) else 1)
    except (OSError, http.client.HTTPException):
        sys.exit(1)
