"""How one stack differs from the usual one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.guests.config import Image
from lab.progress import Say, say_nothing

API, WORKER, GUESTS = "api", "worker", "guests"
PARTS = (API, WORKER, GUESTS)


@dataclass(frozen=True)
class StackOptions:
    """`parts`: which of PARTS to start with; the others can be started later by `restart`.

    `settings`: settings of the product by their names without prefix, e.g. {"LOG_FORMAT": "json"}.
    `guests`: entries of the guests' configuration file that differ from the usual.
    `images`: by template, what its clones boot. With them guests are real machines: it takes root,
    and the process must be in a network of its own (lab.network.namespace.isolated).
    """

    parts: tuple[str, ...] = PARTS
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    guests: Mapping[str, Any] = field(default_factory=dict)
    images: Mapping[str, Image] = field(default_factory=dict)
    say: Say = say_nothing
