"""What cloud-init and the kernel do before the agent starts, as far as the agent can tell."""

import base64
import gzip
import json
import shutil
from typing import Any

from lab.guests.standin import template
from lab.guests.standin.machine import INSTANCE, Machine
from lab.guests.user_data import Received

START = ("systemctl", "enable", "--now")
RESULT = "/run/cloud-init/result.json"
VMWARE, NOWHERE = "DataSourceVMware [seed=guestinfo]", "DataSourceNone"


def first_boot(machine: Machine, got: Received) -> None:
    """Writes the files. Does nothing when this instance was set up before."""
    if machine.has(INSTANCE) and machine.read(INSTANCE) == got.instance_id:
        return
    shutil.rmtree(machine.root, ignore_errors=True)
    for file in got.user_data.get("write_files", ()):
        permissions = int(str(file.get("permissions", "0644")), 8)
        machine.write(file["path"], _content(file), permissions)
    machine.write("/etc/os-release", template.os_release(machine.vm.template))
    machine.write("/etc/hostname", str(got.metadata.get("local-hostname", "")) + "\n")
    for command in got.user_data.get("runcmd", ()):
        if tuple(command[:3]) == START:
            machine.write(f"/etc/systemd/system/multi-user.target.wants/{command[-1]}", "")
    machine.write(INSTANCE, got.instance_id)


def finish(machine: Machine, got: Received) -> None:
    source = VMWARE if got.metadata or got.user_data else NOWHERE
    machine.write(RESULT, json.dumps({"v1": {"datasource": source, "errors": []}}))


def _content(file: dict[str, Any]) -> str:
    text = str(file.get("content", ""))
    encoding = str(file.get("encoding", ""))
    if "b64" not in encoding and "base64" not in encoding:
        return text
    decoded = base64.b64decode(text)
    return (gzip.decompress(decoded) if encoding.startswith("gz") else decoded).decode()


def show_network(machine: Machine) -> None:
    """The NICs the hypervisor gave the VM, which need not be those the metadata speaks of."""
    for index, mac in enumerate(machine.vm.macs):
        machine.write(f"/sys/class/net/eth{index}/address", mac + "\n")
