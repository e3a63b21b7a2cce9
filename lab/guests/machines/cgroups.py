"""CPU and memory of a guest are its VM's. Each guest also sees its own groups as the root."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from lab.guests.interface import GuestVM

MOUNTS = Path("/sys/fs/cgroup")
CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids")
CPU_PERIOD_US = 100_000
MIB = 1 << 20


class Cgroups:
    """Below the group of the lab, which is named after it."""

    def __init__(self, lab: str, name: str) -> None:
        self._path = Path(lab) / name

    def make(self, vm: GuestVM) -> list[Path]:
        """The files that take in a process which writes its number into each."""
        folders = list(self._folders())
        for folder in folders:
            _make(folder)
        quota = str(vm.cpus * CPU_PERIOD_US)
        self._set("cpu", "cpu.cfs_period_us", str(CPU_PERIOD_US))
        self._set("cpu", "cpu.cfs_quota_us", quota)
        self._set("memory", "memory.limit_in_bytes", str(vm.memory_mib * MIB))
        return [folder / "cgroup.procs" for folder in folders]

    def remove(self) -> None:
        """Its processes must be gone. Not there: nothing."""
        for folder in self._folders():
            remove_tree(folder)

    def _set(self, controller: str, file: str, value: str) -> None:
        (MOUNTS / controller / _own(controller) / self._path / file).write_text(value)

    def _folders(self) -> Iterator[Path]:
        for controller in (*CONTROLLERS, "systemd"):
            if (MOUNTS / controller).is_dir():
                yield MOUNTS / controller / _own(controller) / self._path


def remove_groups(lab: str) -> None:
    """All that a lab which was killed has left. Its processes are gone with it."""
    for group in MOUNTS.glob(f"*/**/{lab}"):
        remove_tree(group)


def remove_tree(group: Path) -> None:
    """Groups are removed from the innermost out; their files cannot be and need not."""
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _make(folder: Path) -> None:
    """A new group of cpuset has no processor at first, and takes in nobody until it has."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir()
        for file in ("cpuset.cpus", "cpuset.mems"):
            if (one / file).exists():
                (one / file).write_text((one.parent / file).read_text())


def _own(controller: str) -> str:
    """The group that this process is in, relative to the controller's mount."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if controller in names.removeprefix("name=").split(","):
            return path.lstrip("/")
    return ""
