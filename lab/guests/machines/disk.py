"""A guest's disk: its own changes above the template's image, which all guests share."""

import os
import shutil
from pathlib import Path

from lab.guests.config import Image
from lab.guests.machines.commands import CommandError, run, try_to

# On an overlay these would fail (containerd makes overlays itself) or be slow.
PLAIN = ("/var/lib/containerd", "/var/lib/kubelet", "/var/lib/etcd")
CONTAINERD = PLAIN[0]


class Disk:
    def __init__(self, folder: Path, image: Image) -> None:
        self.folder = folder
        self._image = image

    @property
    def root(self) -> Path:
        return self.folder / "root"

    def binds(self) -> list[tuple[Path, str]]:
        return [(self._data(target), target) for target in PLAIN]

    def attach(self) -> None:
        """Blank at first, as the template; then as the guest left it. Raises CommandError."""
        self.detach()
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for target in PLAIN:
            self._make(target)
        layers = f"lowerdir={self._image.rootfs},upperdir={self._part('upper')}"
        options = f"{layers},workdir={self._part('work')}"
        run("mount", "-t", "overlay", "overlay", "-o", options, str(self.root))

    def detach(self) -> None:
        """Not attached: nothing."""
        if os.path.ismount(self.root) and not try_to("umount", str(self.root)):
            run("umount", "--lazy", str(self.root))

    def destroy(self) -> None:
        self.detach()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self, target: str) -> None:
        data = self._data(target)
        if data.exists():
            return
        draft = data.with_suffix(".part")
        shutil.rmtree(draft, ignore_errors=True)
        if target == CONTAINERD and self._image.seed:
            _copy_seed(self._image.seed, draft)
        else:
            draft.mkdir(parents=True)
        draft.rename(data)

    def _data(self, target: str) -> Path:
        return self.folder / "data" / Path(target).name

    def _part(self, name: str) -> Path:
        return self.folder / name


def _copy_seed(seed: Path, target: Path) -> None:
    """Blobs and unpacked layers never change, so links will do; databases are copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        run("cp", "--archive", "--link", str(seed), str(target))
    except CommandError:
        shutil.rmtree(target, ignore_errors=True)
        run("cp", "--archive", "--reflink=auto", str(seed), str(target))
    for database in target.rglob("*.db"):
        own = database.with_suffix(".own")
        shutil.copy2(database, own)
        own.replace(database)
