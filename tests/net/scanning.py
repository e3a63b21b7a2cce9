"""What a machine finds at another one's ports."""

from collections.abc import Sequence

from tests.net.machines import Machine

_PROGRAM = """
import socket, sys
for port in sys.argv[2:]:
    try:
        socket.create_connection((sys.argv[1], int(port)), 0.5).close()
        print("open")
    except ConnectionRefusedError:
        print("closed")
    except TimeoutError:
        print("dropped")
"""


def scan(machine: Machine, address: str, ports: Sequence[int]) -> dict[int, str]:
    """open, closed (refused by the host itself) or dropped, by port."""
    told = machine.run("/usr/bin/python3", "-c", _PROGRAM, address, *map(str, ports)).stdout
    return dict(zip(ports, told.split(), strict=True))
