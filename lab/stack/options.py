"""How one stack differs from the usual one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.progress import Say, say_nothing
from lab.stack.real_guests import RealGuests

API, WORKER, GUESTS = "api", "worker", "guests"
PARTS = (API, WORKER, GUESTS)


@dataclass(frozen=True)
class StackOptions:
    """`parts`: which of PARTS to start with; the others can be started later by `restart`.

    `settings`: settings of the product by their names without prefix, e.g. {"LOG_FORMAT": "json"}.
    `guests`: entries of the guests' configuration file that differ from the usual.
    `real`: guests are real machines. It takes root, and the process must be in a network of its own
    (lab.network.namespace.isolated).
    """

    parts: tuple[str, ...] = PARTS
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    guests: Mapping[str, Any] = field(default_factory=dict)
    real: RealGuests | None = None
    say: Say = say_nothing
