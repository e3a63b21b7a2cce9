"""Which images a newer one makes superfluous."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from provisioner.domain.image_queries import minor
from provisioner.domain.spec.image import Variables


@dataclass(frozen=True)
class Made:
    """A registered image. `used`: something is, or may yet be, cloned from it."""

    id: str
    definition: str | None
    kubernetes: str | None
    variables: Variables
    registered_at: datetime
    used: bool


def superfluous(newest: Made, others: Iterable[Made], keep: int) -> tuple[str, ...]:
    """Ids of those that go when `newest` is registered: of its series, beyond the newest `keep`.

    One in use stays, and counts; so do those registered after `newest`.
    """
    series = [one for one in others if one.id != newest.id and _series(one) == _series(newest)]
    in_order = sorted([newest, *series], key=lambda one: one.registered_at, reverse=True)
    return tuple(one.id for one in in_order[keep:] if not one.used and one.id != newest.id)


def _series(image: Made) -> tuple[object, ...]:
    """What can stand for each other."""
    kubernetes = image.kubernetes and minor(image.kubernetes)
    return image.definition, kubernetes, image.variables
