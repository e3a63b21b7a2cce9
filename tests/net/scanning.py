"""What a machine finds at other machines' ports."""

import json
from collections.abc import Iterable, Sequence

from tests.net.machines import Machine

# All at once: what is dropped is waited for in vain.
_PROGRAM = """
import asyncio, json, sys

async def look(address, port):
    try:
        await asyncio.wait_for(asyncio.open_connection(address, port), 1)
        return "open"
    except ConnectionRefusedError:
        return "closed"
    except TimeoutError:
        return "dropped"

async def main(addresses, ports):
    places = [(address, port) for address in addresses for port in ports]
    found = await asyncio.gather(*(look(*place) for place in places))
    print(json.dumps([[*place, state] for place, state in zip(places, found)]))

asyncio.run(main(*map(json.loads, sys.argv[1:])))
"""


def scan(
    machine: Machine, addresses: Iterable[str], ports: Sequence[int]
) -> dict[tuple[str, int], str]:
    """open, closed (refused by the host itself) or dropped, by address and port."""
    told = map(json.dumps, (list(addresses), list(ports)))
    found = json.loads(machine.run("/usr/bin/python3", "-c", _PROGRAM, *told).stdout)
    return {(address, port): state for address, port, state in found}


def not_dropped(
    machine: Machine, addresses: Iterable[str], ports: Sequence[int]
) -> dict[tuple[str, int], str]:
    found = scan(machine, addresses, ports)
    return {place: state for place, state in found.items() if state != "dropped"}
