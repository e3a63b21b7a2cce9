"""`python -m tests.machines.plain_lab ROOTFS FOLDER`: one machine, until it is killed."""

import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from lab.guests.config import Image, Machines
from lab.guests.interface import TEMPLATE_OPTION, GuestNic, GuestVM
from lab.guests.machines.runner import MachineRunner
from lab.network import dnsmasq
from lab.network.namespace import make_bridges
from lab.network.port_groups import NODES, bridges
from provisioner.bootstrap.guestinfo import METADATA, pack

LAB, MAC, UUID = "pke-lab-plain", "00:50:56:00:00:01", "11111111-2222-3333-4444-555555555555"


class Tools:
    """Implements GuestTools: an address is all that is waited for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def report(self, moref: str, address: str) -> None: ...

    def report_nics(self, moref: str, addresses: Mapping[str, tuple[str, ...]]) -> None:
        (self._folder / "address").write_text(addresses[MAC][0])

    def publish(self, moref: str, values: Mapping[str, str]) -> None: ...

    def fall_silent(self, moref: str) -> None: ...

    def power_off(self, moref: str) -> None: ...


def main(rootfs: Path, folder: Path) -> None:
    make_bridges()
    dnsmasq.start(folder / "network", folder)
    machines = Machines(
        lab=LAB,
        images={"plain": Image(rootfs=rootfs)},
        bridges=bridges(),
        nameserver=str(NODES.gateway.ip),
    )
    card = {"match": {"macaddress": MAC}, "dhcp4": True, "dhcp-identifier": "mac"}
    metadata = {"instance-id": UUID, "network": {"version": 2, "ethernets": {"eth0": card}}}
    options = {**pack(METADATA, json.dumps(metadata)), TEMPLATE_OPTION: "plain"}
    vm = GuestVM("vm-1", "plain-1", UUID, (GuestNic(MAC, NODES.name),), options)
    MachineRunner(folder / "disks", machines, Tools(folder)).power_on(vm)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
