"""A node image in the words of everything that is planned: tasks, and no VMs that stay."""

from collections.abc import Mapping
from typing import Any

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
        tasks=_ENDING if deleting else _in_order(_phases(spec)),
    )
    return Wanted(wish, {})


def _phases(spec: ImageSpec) -> tuple[str, ...]:
    """A template made elsewhere is somebody else's: it gets no mark."""
    if spec.source == "import":
        return (BOOT_TEST, COPY, REGISTER)
    return (BUILD, BOOT_TEST, MARK, COPY, REGISTER)


def _in_order(names: tuple[str, ...]) -> tuple[TaskWish, ...]:
    return tuple(
        TaskWish(name=name, when=When.BEFORE_NODES, after=names[:index][-1:])
        for index, name in enumerate(names)
    )


_ENDING = (TaskWish(name=RELEASE, when=When.AFTER_NODES),)
