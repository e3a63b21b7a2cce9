"""A guest's disk: its own changes, above what it was cloned with, above the template's image, which
all guests share.
"""

import os
import shutil
from pathlib import Path

from lab.guests.config import Image
from lab.guests.machines.commands import CommandError, run, try_to

# On an overlay these would fail (containerd makes overlays itself) or be slow.
PLAIN = ("/var/lib/containerd", "/var/lib/kubelet", "/var/lib/etcd")
CONTAINERD = PLAIN[0]
# A whole containerd, on a slow disk that others use as well.
_COPY_SECONDS = 600.0


class Disk:
    """`layers` below its folder, from the lowest up, never change: clones share their files."""

    def __init__(self, folder: Path, image: Image) -> None:
        self.folder = folder
        self._image = image

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def exists(self) -> bool:
        return self.folder.exists()

    def binds(self) -> list[tuple[Path, str]]:
        return [(self._data(target), target) for target in PLAIN]

    def begin_as(self, source: "Disk") -> None:
        """Is from now on what `source` is now. Has begun before, or the source has nothing of its
        own: nothing. Raises CommandError, OSError.
        """
        if self.exists or not source.exists:
            return
        source._freeze()
        draft = self.folder.with_name(f"{self.folder.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        layers = draft / "layers"
        layers.mkdir(parents=True)
        for layer in source._layers():
            _link(layer, layers / layer.name)
        if source._changes.exists():
            _copy(source._changes, layers / f"{len(source._layers()):02}")
        source._copy_data(draft)
        draft.rename(self.folder)

    def attach(self) -> None:
        """Blank at first, as the template; then as the guest left it. Raises CommandError."""
        self.detach()
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for target in PLAIN:
            self._make(target)
        below = ":".join(map(str, (*reversed(self._layers()), self._image.rootfs)))
        options = f"lowerdir={below},upperdir={self._changes},workdir={self.folder / 'work'}"
        run("mount", "-t", "overlay", "overlay", "-o", options, str(self.root))

    def detach(self) -> None:
        """Not attached: nothing."""
        if os.path.ismount(self.root) and not try_to("umount", str(self.root)):
            run("umount", "--lazy", str(self.root))

    def destroy(self) -> None:
        self.detach()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _changes(self) -> Path:
        return self.folder / "upper"

    def _layers(self) -> list[Path]:
        return sorted((self.folder / "layers").glob("*"))

    def _freeze(self) -> None:
        """What it is now becomes a layer; in use: nothing."""
        if os.path.ismount(self.root) or not self._changes.exists():
            return
        layers = self.folder / "layers"
        layers.mkdir(exist_ok=True)
        self._changes.rename(layers / f"{len(self._layers()):02}")

    def _copy_data(self, folder: Path) -> None:
        for target in PLAIN:
            data = self._data(target)
            if data.exists():
                copy = _copy_containerd if target == CONTAINERD else _copy
                copy(data, folder / data.relative_to(self.folder))

    def _make(self, target: str) -> None:
        data = self._data(target)
        if data.exists():
            return
        draft = data.with_suffix(".part")
        shutil.rmtree(draft, ignore_errors=True)
        if target == CONTAINERD and self._image.seed:
            _copy_containerd(self._image.seed, draft)
        else:
            draft.mkdir(parents=True)
        draft.rename(data)

    def _data(self, target: str) -> Path:
        return self.folder / "data" / Path(target).name


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _cp("--reflink=auto", source, target)


def _cp(option: str, source: Path, target: Path) -> None:
    run("cp", "--archive", option, str(source), str(target), seconds=_COPY_SECONDS)


def _link(source: Path, target: Path) -> None:
    """Of a folder whose files never change: where links can't be, copies."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _cp("--link", source, target)
    except CommandError:
        shutil.rmtree(target, ignore_errors=True)
        _copy(source, target)


def _copy_containerd(source: Path, target: Path) -> None:
    """Blobs and unpacked layers never change; databases do."""
    _link(source, target)
    for database in target.rglob("*.db"):
        own = database.with_suffix(".own")
        shutil.copy2(database, own)
        own.replace(database)
