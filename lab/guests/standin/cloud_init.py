"""What cloud-init and the kernel do before the agent starts, as far as the agent can tell."""

import shutil

from lab.guests.standin.machine import INSTANCE, Machine
from lab.guests.user_data import Received

START = ("systemctl", "enable", "--now")


def first_boot(machine: Machine, got: Received) -> None:
    """Writes the files. Does nothing when this instance was set up before."""
    if machine.has(INSTANCE) and machine.read(INSTANCE) == got.instance_id:
        return
    shutil.rmtree(machine.root, ignore_errors=True)
    for file in got.user_data.get("write_files", ()):
        machine.write(file["path"], file["content"], int(file["permissions"], 8))
    machine.write("/etc/hostname", str(got.metadata.get("local-hostname", "")) + "\n")
    for command in got.user_data.get("runcmd", ()):
        if tuple(command[:3]) == START:
            machine.write(f"/etc/systemd/system/multi-user.target.wants/{command[-1]}", "")
    machine.write(INSTANCE, got.instance_id)


def show_network(machine: Machine) -> None:
    """The NICs the hypervisor gave the VM, which need not be those the metadata speaks of."""
    for index, mac in enumerate(machine.vm.macs):
        machine.write(f"/sys/class/net/eth{index}/address", mac + "\n")
