"""CPU and memory of a guest are its VM's. Each guest also sees its own groups as the root.

Below our own groups where every controller has a tree (version 1); below the root of the one tree
of version 2, where our own group may not have children. Where both are mounted, systemd has its
units in the one of version 2, too: in one group of it, guests would remove each other's.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from lab.guests.interface import GuestVM

MOUNTS = Path("/sys/fs/cgroup")
CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids")
# The trees without a controller, by their folders: what /proc/PID/cgroup calls them.
SYSTEMD = {"systemd": "name=systemd", "unified": ""}
CPU_PERIOD_US = 100_000
MIB = 1 << 20


class Cgroups:
    """One for each controller, or the one for all, in the groups named after the lab."""

    def __init__(self, lab: str, name: str) -> None:
        self._path = Path(lab) / name

    def make(self, vm: GuestVM) -> list[Path]:
        """The files that take in a process which writes its number into each."""
        folders = list(self._folders())
        for folder in folders:
            _make(folder)
        for name, value in _limits(vm).items():
            for folder in folders:
                if (folder / name).exists():
                    (folder / name).write_text(value)
        return [folder / "cgroup.procs" for folder in folders]

    def remove(self) -> None:
        """Its processes must be gone. Not there: nothing."""
        for folder in self._folders():
            remove_tree(folder)

    def _folders(self) -> Iterator[Path]:
        if _is_unified():
            yield MOUNTS / self._path
            return
        for controller in (*CONTROLLERS, *SYSTEMD):
            if (MOUNTS / controller).is_dir():
                yield MOUNTS / controller / _own(controller) / self._path


def remove_groups(lab: str) -> None:
    """All that a lab which was killed has left. Its processes are gone with it."""
    for group in groups(lab):
        remove_tree(group)


def groups(lab: str) -> list[Path]:
    return sorted(path for path in MOUNTS.glob(f"**/{lab}") if path.is_dir())


def processes(group: Path) -> dict[Path, list[str]]:
    """By group, this one and all in it; those that vanish meanwhile are left out."""
    found = {}
    for folder, _, _ in os.walk(group):
        with contextlib.suppress(OSError):
            found[Path(folder)] = Path(folder, "cgroup.procs").read_text().split()
    return found


def remove_tree(group: Path) -> None:
    """Groups are removed from the innermost out; their files cannot be and need not."""
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _limits(vm: GuestVM) -> dict[str, str]:
    """By the names of either version; the period before the quota."""
    quota, memory = vm.cpus * CPU_PERIOD_US, str(vm.memory_mib * MIB)
    return {
        "cpu.cfs_period_us": str(CPU_PERIOD_US),
        "cpu.cfs_quota_us": str(quota),
        "memory.limit_in_bytes": memory,
        "cpu.max": f"{quota} {CPU_PERIOD_US}",
        "memory.max": memory,
    }


def _make(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        _delegate(one.parent)
        one.mkdir(exist_ok=True)
        _inherit(one)


def _delegate(group: Path) -> None:
    """In version 2, children have the controllers that their parent gives them."""
    given = group / "cgroup.subtree_control"
    if given.exists():
        controllers = (group / "cgroup.controllers").read_text().split()
        given.write_text(" ".join(f"+{one}" for one in controllers))


def _inherit(group: Path) -> None:
    """In version 1, a new group has no processor, and takes in nobody until it has."""
    for file in ("cpuset.cpus", "cpuset.mems"):
        if (group / file).exists() and not _is_unified():
            (group / file).write_text((group.parent / file).read_text())


def _is_unified() -> bool:
    return (MOUNTS / "cgroup.controllers").exists()


def _own(controller: str) -> str:
    """The group that this process is in, relative to the controller's mount."""
    name = SYSTEMD.get(controller, controller)
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if name in names.split(","):
            return path.lstrip("/")
    return ""
