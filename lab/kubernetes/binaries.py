"""All programs of a Kubernetes release in one folder."""

import os
from pathlib import Path

from lab import cache
from lab.kubernetes.build import ensure_built
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

    key = cache.digest(*(folder.name for folder in built))
    return cache.ensure(f"binaries-{release.version}", key, make)
