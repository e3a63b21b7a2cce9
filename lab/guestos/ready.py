"""Everything that guests of a Kubernetes release boot from."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lab import cache
from lab.guestos import signing
from lab.guestos.base import ensure_base
from lab.guestos.errors import NoDisk, NotRoot
from lab.guestos.image import ensure_image
from lab.guestos.repository import ensure_debian, ensure_joined, ensure_kubernetes
from lab.guestos.running import run
from lab.guestos.seed import ensure_seed
from lab.kubernetes.binaries import binaries
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES, Release
from lab.progress import Say, say_nothing


@dataclass(frozen=True)
class GuestOS:
    """Folders of the cache, read only: guests put an overlay over a root file system.

    `rootfs` is a prepared template, `packages_rootfs` one without Kubernetes. `seed` is what
    /var/lib/containerd starts as (copy its *.db, link the rest). `repository` is the document root
    of the package server: `core:/stable:/v<minor>/deb/` and `debian/`, signed with the key in the
    file `repository_key` (ASCII-armoured).
    """

    release: Release
    rootfs: Path
    packages_rootfs: Path
    seed: Path
    binaries: Path
    repository: Path
    repository_key: Path


def ready(minor: str = DEFAULT_MINOR, say: Say = say_nothing) -> GuestOS:
    """Builds what the cache lacks: ten minutes from nothing, else nothing.

    Raises a GuestOSError or BuildError; each says what helps.
    """
    _check_machine()
    release = RELEASES[minor]
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Mirrors keep one waiting, compilers keep the processors busy.
        debian = beside.submit(_debian, say)
        built = binaries(minor, say)
        base, packages = debian.result()
    repository = ensure_joined([packages, ensure_kubernetes(built, release, say)])
    image = ensure_image(base, repository, release, say)
    return GuestOS(
        release=release,
        rootfs=image,
        packages_rootfs=base,
        seed=ensure_seed(image, built, release, say),
        binaries=built,
        repository=repository,
        repository_key=repository / signing.PUBLIC,
    )


def _debian(say: Say) -> tuple[Path, Path]:
    base = ensure_base(say)
    return base, ensure_debian(base, say)


def _check_machine() -> None:
    if os.geteuid() != 0:
        raise NotRoot("the lab's guests are machines with mounts and networks: run it as root")
    folder = cache.folder()
    kind = run("findmnt", "--noheadings", "--output=FSTYPE", "--target", folder).strip()
    if kind == "overlay":
        raise NoDisk(
            f"{folder} is on an overlay (a container's root?), which guests cannot overlay again:"
            " set PKE_LAB_CACHE to a folder on a disk, such as a mounted volume"
        )
