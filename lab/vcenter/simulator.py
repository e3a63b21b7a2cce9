"""Starts the lab's vCenter and tells where it is.

Its inventory is fixed (lab/vcenter/inventory.go): datacenter DC1 with the clusters compute-1 and
compute-2, the resource pools production and staging, the VM folders templates and kubernetes, the
datastore cluster storage and the datastore local-1, the networks VM Network, nodes and
storage-net, and the templates of lab/vcenter/templates.go.
"""

import json
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from lab import processes
from lab.processes import Command, Process
from lab.vcenter.build import binary
from lab.vcenter.control import Control

USERNAME = "administrator@vsphere.local"
READY_FILE = "ready.json"
READY_SECONDS = 20


@dataclass(frozen=True)
class SimulatedVCenter:
    """A running vCenter. `faults` is the URL of its control API, `certificate` a PEM file."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    thumbprint: str
    certificate: Path
    faults: str
    process: Process = field(repr=False)

    @property
    def control(self) -> Control:
        return Control(self.faults)

    def stop(self) -> None:
        self.process.end()


def start(folder: Path) -> SimulatedVCenter:
    """Builds if need be, starts on free ports, returns once it answers.

    `folder` gets its files; those of an earlier run there, VMs included, are removed.
    """
    data = folder / "vcenter"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    password = secrets.token_urlsafe(18)
    password_file = data / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    process = processes.start(_command(data, password_file), folder)
    process.wait_ready((data / READY_FILE).exists, READY_SECONDS)
    return _describe(json.loads((data / READY_FILE).read_text()), password, process)


def _command(data: Path, password_file: Path) -> Command:
    flags = {
        "-username": USERNAME,
        "-password-file": str(password_file),
        "-folder": str(data),
        "-ready-file": str(data / READY_FILE),
    }
    arguments = (part for flag in flags.items() for part in flag)
    # The simulator keeps files of its own in the temporary folder.
    return Command("vcenter", (str(binary()), *arguments), env={"TMPDIR": str(data)})


def _describe(ready: dict[str, str], password: str, process: Process) -> SimulatedVCenter:
    return SimulatedVCenter(
        host=ready["host"],
        port=int(ready["port"]),
        username=USERNAME,
        password=password,
        thumbprint=ready["thumbprint"],
        certificate=Path(ready["certificate"]),
        faults=ready["faults"],
        process=process,
    )
