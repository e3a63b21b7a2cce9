"""All programs of a Kubernetes release in one folder."""

import os
import subprocess
from pathlib import Path

from lab import cache
from lab.go_module import ensure_built
from lab.go_toolchain import BuildError
from lab.kubernetes.images import kubeadm_images
from lab.kubernetes.programs import modules
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES, Release
from lab.progress import Say, say_nothing


def binaries(minor: str = DEFAULT_MINOR, say: Say = say_nothing) -> Path:
    """A folder with the programs of this minor release, etcd's, CoreDNS, MetalLB's and flannel's.

    Some eight minutes for the first release, less for the next, nothing when all is there.
    """
    release = RELEASES[minor]
    built = [ensure_built(module, say) for module in modules(release)]
    return _joined(release, built)


def _joined(release: Release, built: list[Path]) -> Path:
    def make(target: Path) -> None:
        for program in (program for folder in built for program in folder.iterdir()):
            os.link(program, target / program.name)
        _check_images(release, target / "kubeadm")

    key = cache.digest(*(folder.name for folder in built))
    return cache.ensure(f"binaries-{release.version}", key, make)


def named_by(kubeadm: Path, version: str) -> set[str]:
    """The images that this kubeadm wants for a cluster of `version`."""
    asked = (kubeadm, "config", "images", "list", "--kubernetes-version", f"v{version}")
    return set(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split())


def _check_images(release: Release, kubeadm: Path) -> None:
    """kubeadm's own list decides: it is compiled in, and a new patch may change it."""
    ours = {image.name for image in kubeadm_images(release)}
    if different := ours ^ named_by(kubeadm, release.version):
        named = ", ".join(sorted(different))
        raise BuildError(
            f"lab/kubernetes/versions.py and kubeadm differ over these images: {named}"
        )
