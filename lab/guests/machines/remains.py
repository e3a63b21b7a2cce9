"""What real machines may leave on the computer they ran on."""

from collections.abc import Iterator
from pathlib import Path

from lab.guests.machines.cgroups import groups, processes
from lab.guests.machines.nics import NAMESPACES


def remains(lab: str, disks: Path, supervisor: int) -> list[str]:
    """One line for each thing: processes and groups of the lab's machines, mounts and folders of
    their disks, namespaces of their networks. Mounts are the supervisor's: nobody else sees them.
    """
    process = Path(f"/proc/{supervisor}")
    return [*_groups(lab), *_mounts(process, disks), *_folders(disks), *_namespaces(process)]


def _groups(lab: str) -> Iterator[str]:
    """The lab's own group, which is empty, stays as long as the lab does."""
    for group in groups(lab):
        for inner, found in sorted(processes(group).items()):
            yield from (f"process {one} in {inner}" for one in found)
            if inner != group:
                yield f"cgroup {inner}"


def _mounts(process: Path, disks: Path) -> Iterator[str]:
    for line in (process / "mountinfo").read_text().splitlines():
        target = line.split()[4]
        if target.startswith(f"{disks}/"):
            yield f"mount {target}"


def _folders(disks: Path) -> Iterator[str]:
    if disks.is_dir():
        yield from (f"folder {one}" for one in sorted(disks.iterdir()))


def _namespaces(process: Path) -> Iterator[str]:
    names = process / "root" / NAMESPACES.relative_to("/")
    yield from (f"network namespace {one.name}" for one in sorted(names.glob("vm-*")))
