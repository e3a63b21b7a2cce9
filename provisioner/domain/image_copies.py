"""On which datastores an image gets copies: where groups stand that it could be for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from provisioner.domain.image_queries import Query, minor
from provisioner.domain.spec.image import MAX_COPIES

_SHOWN = 5


@dataclass(frozen=True)
class Series:
    """What images have in common that follow each other. `kubernetes`: a minor, if they have it."""

    definition: str
    kubernetes: str | None


def series(definition: str | None, kubernetes: str | None) -> Series | None:
    """None of an image that has no definition."""
    return Series(definition, kubernetes and minor(kubernetes)) if definition else None


@dataclass(frozen=True)
class Prospect:
    """An image that is asked for. What one made elsewhere does not say (None), its boot will."""

    definition: str | None
    role: str | None
    os: str | None
    kubernetes: str | None

    def may_match(self, query: Query) -> bool:
        """What is not known yet counts as matching."""
        if not self.definition:
            os, kubernetes = self.os and query.os, self.kubernetes and query.kubernetes
            query = replace(query, os=os, kubernetes=kubernetes)
        return query.matches(self)


@dataclass(frozen=True)
class Standing:
    """A group of VMs. `told`: to people; `datastore`: where it is, by name; `query`: what it asked
    of images, if it did; `series`: of the image that its template is of, if it is of one.
    """

    told: str
    datastore: str
    query: Query | None = None
    series: Series | None = None

    def could_stand_on(self, image: Prospect) -> bool:
        own = series(image.definition, image.kubernetes)
        if own is not None and self.series == own:
            return True
        return self.query is not None and image.may_match(self.query)


@dataclass(frozen=True)
class Need:
    """A datastore by its name, and the groups there, as people are told of them."""

    datastore: str
    groups: tuple[str, ...]

    def __str__(self) -> str:
        more = len(self.groups) - _SHOWN
        named = ", ".join(self.groups[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{self.datastore} gets a copy for what stands there: {named}"


def needs(image: Prospect, groups: Iterable[Standing]) -> tuple[Need, ...]:
    """By datastore; of too many, those where most groups stand."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for group in groups:
        if group.could_stand_on(image):
            found[group.datastore].add(group.told)
    most_first = sorted(found, key=lambda name: (-len(found[name]), name))
    return tuple(Need(name, tuple(sorted(found[name]))) for name in sorted(most_first[:MAX_COPIES]))
