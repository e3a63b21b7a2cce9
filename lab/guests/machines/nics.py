"""A guest's network: a namespace of its own, with a cable to a bridge for each NIC of its VM."""

import json
from collections.abc import Mapping
from pathlib import Path

from lab.guests.interface import GuestVM
from lab.guests.machines.commands import CommandError, run, try_to

NAMESPACES = Path("/run/netns")
# As vSphere's vmxnet3 adapters are called; cloud-init renames them as the metadata says.
FIRST_SLOT, SLOT_STEP = 192, 32


class Nics:
    """`bridges` by the names of networks."""

    def __init__(self, vm: GuestVM, bridges: Mapping[str, str]) -> None:
        self._vm = vm
        self._bridges = bridges
        self._name = vm.moref

    @property
    def namespace(self) -> Path:
        return NAMESPACES / self._name

    def plug_in(self) -> None:
        """Raises CommandError, KeyError for a network without a bridge."""
        self.unplug()
        run("ip", "netns", "add", self._name)
        self._ip("link", "set", "lo", "up")
        for index, nic in enumerate(self._vm.nics):
            cable, name = self._cable(index), f"ens{FIRST_SLOT + index * SLOT_STEP}"
            guest_end = ("peer", "name", name, "address", nic.mac, "netns", self._name)
            run("ip", "link", "add", cable, "type", "veth", *guest_end)
            run("ip", "link", "set", cable, "master", self._bridges[nic.network], "up")

    def unplug(self) -> None:
        """Not plugged in: nothing."""
        for index in range(len(self._vm.nics)):
            try_to("ip", "link", "delete", self._cable(index))
        try_to("ip", "netns", "delete", self._name)

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """Global ones in CIDR text by MAC, of the NICs whose VM shows them to the guest."""
        try:
            links = json.loads(self._ip("-json", "address", "show", "scope", "global"))
        except CommandError:
            return {}
        found = {link.get("address", ""): _addresses(link) for link in links}
        return {mac: found.get(mac, ()) for mac in self._vm.macs}

    def _ip(self, *arguments: str) -> str:
        return run("ip", "-netns", self._name, *arguments)

    def _cable(self, index: int) -> str:
        return f"{self._name}.{index}"


def _addresses(link: Mapping[str, list[dict[str, object]]]) -> tuple[str, ...]:
    return tuple(f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"] if one)
