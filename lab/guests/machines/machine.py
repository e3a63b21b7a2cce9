"""One guest from power on to power off: systemd as process 1 of a container of its own."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from lab.guests.interface import GuestVM
from lab.guests.machines.cgroups import Cgroups
from lab.guests.machines.disk import Disk
from lab.guests.machines.guestinfo import GuestFolder
from lab.guests.machines.nics import Nics
from lab.processes import Command, Process, start
from lab.waiting import wait_until

SECONDS_TO_DIE = 20.0
LONGEST_NAME = 63
# systemd(1): what reaches process 1 from outside of its container.
SYSTEMD_POWEROFF = signal.SIGRTMIN + 4
# Containers inside need calls that are filtered otherwise; a read-only /sys tells systemd-networkd
# that there is no udev to wait for.
ENVIRONMENT = {"SYSTEMD_SECCOMP": "0", "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"}
# systemd-nspawn's own children would outlive it when it is killed; with the first process of a
# namespace, everything in it ends.
LEASHED = ("unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "--")
# Joins the cgroups named first, then becomes the command after the two dashes.
JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 1; shift; done; shift; exec "$@"'


class Machine:
    """`pull_plug` may be called at any time, the rest by one thread at a time."""

    def __init__(self, vm: GuestVM, disk: Disk, nics: Nics, cgroups: Cgroups) -> None:
        self.vm = vm
        self._disk = disk
        self._nics = nics
        self.guest = GuestFolder(disk.folder / "guest")
        self._cgroups = cgroups
        self._process: Process | None = None
        self._dying: int | None = None

    def boot(self, nameserver: str) -> None:
        """Returns while systemd starts. Raises CommandError, OSError, KeyError."""
        self._disk.attach()
        self._name_server(nameserver)
        self.guest.make()
        self.guest.show(self.vm.extra_config)
        self._nics.plug_in()
        join = ("/bin/sh", "-c", JOIN, "sh", *map(str, self._cgroups.make(self.vm)), "--")
        command = Command("console", (*join, *LEASHED, *self._nspawn()), env=ENVIRONMENT)
        self._process = start(command, self._disk.folder)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def leader(self) -> int | None:
        """Its process 1, as this machine numbers it."""
        nspawn = self._nspawn_pid()
        return next(_children(nspawn), None) if nspawn else None

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """In CIDR text by MAC; none of a machine that does not run."""
        return self._nics.addresses() if self.running else {}

    @property
    def has_shut_down(self) -> bool:
        """By itself, as a guest does that was told to power off."""
        return self._process is not None and self._process.succeeded

    def shut_down(self) -> None:
        """Returns while systemd stops everything. Does not run: nothing."""
        leader = self.leader
        if leader:
            with contextlib.suppress(ProcessLookupError):
                os.kill(leader, SYSTEMD_POWEROFF)

    def pull_plug(self) -> None:
        """Everything it ran is gone within moments, its network at once. Not on: nothing."""
        self._nics.unplug()
        nspawn = self._nspawn_pid()
        if nspawn:
            self._dying = self.leader
            with contextlib.suppress(ProcessLookupError):
                os.kill(nspawn, signal.SIGKILL)

    def clear(self) -> None:
        """Pulls the plug, waits until all is gone, and gives up everything but the disk."""
        self.pull_plug()
        if self._process:
            self._process.kill()
        if self._dying:
            wait_until(lambda: not Path(f"/proc/{self._dying}").exists(), SECONDS_TO_DIE)
        self._process = self._dying = None
        self._disk.detach()
        self._cgroups.remove()

    def _nspawn_pid(self) -> int | None:
        return next(_children(self._process.pid), None) if self._process else None

    def _name_server(self, nameserver: str) -> None:
        """systemd-resolved, which would take it from the NICs, does not run in a container."""
        file = self._disk.root / "etc/resolv.conf"
        if not file.exists() or not file.read_text():
            file.write_text(f"nameserver {nameserver}\n")

    def _nspawn(self) -> tuple[str, ...]:
        binds = [f"--bind={source}:{target}" for source, target in self._disk.binds()]
        return (
            "systemd-nspawn",
            "--quiet",
            "--register=no",
            "--keep-unit",
            f"--machine={self.vm.name[:LONGEST_NAME]}",
            f"--uuid={self.vm.instance_uuid}",
            f"--directory={self._disk.root}",
            "--boot",
            "--resolv-conf=off",
            "--capability=all",
            "--console=pipe",
            "--kill-signal=SIGRTMIN+3",
            f"--network-namespace-path={self._nics.namespace}",
            *binds,
            f"--bind={self.guest.path}:/run/guest",
            "--bind=/dev/kmsg",
        )


def _children(pid: int) -> Iterator[int]:
    """Gone already: none."""
    with contextlib.suppress(OSError):
        yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
