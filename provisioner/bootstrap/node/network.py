"""The NIC that the cluster uses, and the machine's own address on it."""

from __future__ import annotations

import ipaddress
import json
import time
from typing import Any, NamedTuple

from .host import Host
from .texts import filled
from .waiting import pauses, say


class Place(NamedTuple):
    """`network` is CIDR text, None where the service knows the address beforehand."""

    interface: str
    address: str
    network: str | None = None


class Network:
    def __init__(self, host: Host, nic: dict[str, str | None], poll_seconds: float) -> None:
        self._host, self._nic, self._poll_seconds = host, nic, poll_seconds

    def place(self) -> Place:
        """Waited for."""
        waits = pauses(self._poll_seconds)
        while True:
            found = self._look()
            if found:
                return found
            say(f"waiting for an address of {self._nic['mac']}")
            time.sleep(next(waits))

    def _look(self) -> Place | None:
        interface = self._host.interface(str(self._nic["mac"]))
        if interface and self._nic["address"]:
            return Place(interface, self._nic["address"])
        return self._leased(interface) if interface else None

    def _leased(self, interface: str) -> Place | None:
        """A floating address is told by its prefix: it has all bits."""
        links = json.loads(self._host.run("ip", "-j", "-4", "addr", "show", "dev", interface))
        addresses: list[dict[str, Any]] = [
            one for link in links for one in link.get("addr_info", [])
        ]
        for one in addresses:
            if one["prefixlen"] < 32:
                text = f"{one['local']}/{one['prefixlen']}"
                network = ipaddress.ip_network(text, strict=False)
                return Place(interface, one["local"], str(network))
        return None


def complete_proxies(host: Host, files: list[str], network: str | None) -> None:
    """Only the machine knows the network of a leased address, which no proxy may be asked for."""
    if not (files and network):
        return
    for path in files:
        host.write(path, filled(host.read(path), network=network), 0o644)
    host.run("systemctl", "daemon-reload")
    host.run("systemctl", "try-restart", "containerd.service")
