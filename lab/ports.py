"""Free loopback ports that stay free while the process that owns one is being restarted."""

import random
import socket

# Below the range from which Linux takes the source ports of outgoing connections: one of those
# could sit on the port of a server that is down for a moment.
FIRST, LAST = 20_000, 32_000
ATTEMPTS = 200


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on at `address`. Not reserved: use it at once."""
    for _ in range(ATTEMPTS):
        port = random.randint(FIRST, LAST)
        if is_free(address, port):
            return port
    raise OSError(f"no free port found at {address} between {FIRST} and {LAST}")


def is_free(address: str, port: int) -> bool:
    """Nobody listens there, neither at that address nor at all of them."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True
