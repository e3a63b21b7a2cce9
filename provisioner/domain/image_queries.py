"""Which image a group of VMs is made from: `os=debian12, kubernetes=1.35`, the newest good one."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_OS = re.compile(r"[a-z0-9][a-z0-9.-]*")
_VERSION = re.compile(r"1\.[0-9]{1,3}(\.[0-9]{1,3})?")
_FORM = "write such as os=debian12, kubernetes=1.35"


@dataclass(frozen=True)
class Query:
    """`kubernetes` is a minor (1.35) or one version (1.35.4). None asks for nothing.

    `role`: what the machines are to be; who asks does not write it.
    """

    os: str | None = None
    kubernetes: str | None = None
    role: str | None = None

    def __str__(self) -> str:
        said = {"os": self.os, "kubernetes": self.kubernetes}
        return ", ".join(f"{key}={value}" for key, value in said.items() if value)

    def matches(self, image: "Likeness") -> bool:
        if self.os not in (None, image.os) or not _serves(image.role, self.role):
            return False
        return self.kubernetes is None or _lies_in(image.kubernetes, self.kubernetes)


class Likeness(Protocol):
    """What queries look at. `role`: what it was built to be; None may be anything."""

    @property
    def os(self) -> str | None: ...
    @property
    def kubernetes(self) -> str | None: ...
    @property
    def role(self) -> str | None: ...


@dataclass(frozen=True)
class OfferedTemplate:
    path: str
    datastore: str


@dataclass(frozen=True)
class Offer:
    """A registered image, with those of its templates that can be cloned here."""

    id: str
    name: str
    os: str | None
    kubernetes: str | None
    registered_at: datetime
    templates: tuple[OfferedTemplate, ...]
    role: str | None = None

    def serves(self, role: str | None) -> bool:
        return _serves(self.role, role)

    def __str__(self) -> str:
        return f"{self.name} ({Query(self.os, self.kubernetes)})"


def parse(text: str) -> Query:
    """Raises ValueError, in words for whoever wrote it."""
    said: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = (one.strip() for one in part.partition("="))
        if not equals or key not in ("os", "kubernetes"):
            raise ValueError(f"{part.strip()!r} is neither os=... nor kubernetes=...; {_FORM}")
        if key in said:
            raise ValueError(f"{key} is asked for twice; {_FORM}")
        if not (_OS if key == "os" else _VERSION).fullmatch(value):
            raise ValueError(f"{value!r} is no value for {key}; {_FORM}")
        said[key] = value
    return Query(**said)


def choose(
    query: Query, offers: Iterable[Offer], near: Collection[str]
) -> tuple[Offer, OfferedTemplate] | None:
    """The newest that matches, and of its templates one on a datastore in `near`, if there is."""
    fitting = [offer for offer in offers if offer.templates and query.matches(offer)]
    if not fitting:
        return None
    newest = max(fitting, key=lambda offer: offer.registered_at)
    at_hand = (one for one in newest.templates if one.datastore in near)
    return newest, next(at_hand, newest.templates[0])


def minor(version: str) -> str:
    """1.35 of 1.35.4."""
    return ".".join(version.split(".")[:2])


def _serves(role: str | None, wanted: str | None) -> bool:
    return wanted is None or role in (None, wanted)


def _lies_in(version: str | None, wanted: str) -> bool:
    return version is not None and f"{version}.".startswith(f"{wanted}.")
