"""A node image in the words of everything that is planned: tasks, and no VMs that stay."""

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import Desired, TaskWish, When
from provisioner.domain.spec.image import ImageSpec
from provisioner.domain.wanted import Wanted

KIND = "image"
BUILD, BOOT_TEST, MARK, COPY, REGISTER = "build", "boot-test", "mark", "copy", "register"
RELEASE = "release"


def read(document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool) -> Wanted:
    spec = ImageSpec.model_validate(document)
    wish = Desired(
        generation=generation,
        epoch=epoch,
        deleting=deleting,
        tasks=_ENDING if deleting else tuple(_building(spec)),
    )
    return Wanted(wish, {})


def _phases(spec: ImageSpec) -> tuple[str, ...]:
    """A template made elsewhere is somebody else's: it gets no mark."""
    if spec.source == "import":
        return (BOOT_TEST, COPY, REGISTER)
    return (BUILD, BOOT_TEST, MARK, COPY, REGISTER)


def _building(spec: ImageSpec) -> Iterator[TaskWish]:
    """One after the other. Further copies make those due again that have to do with copies."""
    copies = digest(spec.copies)
    before: tuple[str, ...] = ()
    for name in _phases(spec):
        key = copies if name in (COPY, REGISTER) else "1"
        yield TaskWish(name=name, when=When.BEFORE_NODES, key=key, after=before)
        before = (name,)


_ENDING = (TaskWish(name=RELEASE, when=When.AFTER_NODES),)
