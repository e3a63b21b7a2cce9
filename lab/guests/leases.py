"""The lab's DHCP: loopback addresses, so that guests need neither root nor a network."""

import random
import threading
from ipaddress import IPv4Address

FIRST, LAST = IPv4Address("127.77.128.1"), IPv4Address("127.77.255.254")


class Leases:
    """One address per MAC, the same for its life. Safe for several threads.

    Addresses seen in use elsewhere, such as static and floating ones, are never given out. Where
    it begins is left to chance: several labs on one machine share the loopback network.
    """

    def __init__(self) -> None:
        self._by_mac: dict[str, str] = {}
        self._taken: set[str] = set()
        self._next = IPv4Address(random.randint(int(FIRST), int(LAST)))
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        with self._lock:
            self._taken.add(address)

    def lease(self, mac: str, wanted: str | None = None) -> str:
        """`wanted` is an address the MAC had before; it gets that one if it can."""
        with self._lock:
            if mac not in self._by_mac:
                free = wanted is not None and wanted not in self._in_use()
                self._by_mac[mac] = wanted if wanted and free else self._next_free()
            return self._by_mac[mac]

    def release(self, mac: str) -> None:
        with self._lock:
            self._by_mac.pop(mac, None)

    def _in_use(self) -> set[str]:
        return self._taken | set(self._by_mac.values())

    def _next_free(self) -> str:
        """Addresses rest before they come round again: clients may still know them."""
        given = self._in_use()
        for _ in range(int(LAST) - int(FIRST) + 1):
            found = str(self._next)
            self._next = FIRST if self._next == LAST else self._next + 1
            if found not in given:
                return found
        raise RuntimeError(f"no address between {FIRST} and {LAST} is left")
