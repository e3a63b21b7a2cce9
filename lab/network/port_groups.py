"""Which bridge a port group of the simulated vCenter is, and its addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface


@dataclass(frozen=True)
class PortGroup:
    """`gateway` is the lab's own address on it: router, DNS server, and where its API answers.

    .10-.49 are free for static addresses, .50-.99 DHCP's, from .100 on for floating ones.
    """

    name: str
    bridge: str
    gateway: IPv4Interface

    @property
    def mac(self) -> str:
        """The bridge's own. Left to itself it has that of one of its ports, and when that VM goes
        another one: until the others have found out, they reach no gateway.
        """
        return ":".join(f"{part:02x}" for part in (0x02, 0, *self.gateway.ip.packed))

    def address(self, host: int) -> str:
        return str(self.gateway.network.network_address + host)


PORT_GROUPS = (
    PortGroup("nodes", "br0", IPv4Interface("10.77.0.1/24")),
    PortGroup("storage-net", "br1", IPv4Interface("10.78.0.1/24")),
    PortGroup("VM Network", "br2", IPv4Interface("10.79.0.1/24")),
)
NODES = PORT_GROUPS[0]
FIRST_LEASED, LAST_LEASED = 50, 99


def bridges() -> Mapping[str, str]:
    """Bridges by the names of port groups."""
    return {group.name: group.bridge for group in PORT_GROUPS}
