"""How deep and how large a YAML text is, told by its events: before anything is built of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from provisioner.kubernetes.errors import ManifestRefused

# Far beyond what is put into clusters, and little enough to be walked recursively.
MOST_LEVELS = 100
MOST_VALUES = 200_000


def require_bounded(name: str, events: Iterable[yaml.Event]) -> None:
    """Raises ManifestRefused. What aliases refer to counts as often as they do."""
    measure = _Measure(name)
    for event in events:
        measure.take(event)


@dataclass
class _Collection:
    """Under way; `levels` below it so far, `before` it so many values."""

    anchor: str | None
    before: int
    levels: int = 0


class _Measure:
    def __init__(self, name: str) -> None:
        self._name = name
        self._values = 0
        self._open: list[_Collection] = []
        self._anchored: dict[str, tuple[int, int]] = {}

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append(_Collection(event.anchor, self._values))
            self._add(1, 0)
        elif isinstance(event, yaml.ScalarEvent):
            self._add(1, 0)
            if event.anchor:
                self._anchored[event.anchor] = 1, 0
        elif isinstance(event, yaml.AliasEvent):
            self._repeat(event.anchor or "")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(self._open.pop())

    def _repeat(self, anchor: str) -> None:
        if any(one.anchor == anchor for one in self._open):
            raise ManifestRefused(f"{self._name} is refused: *{anchor} refers to itself")
        # Of an unknown one the parser itself tells.
        self._add(*self._anchored.get(anchor, (0, 0)))

    def _close(self, ended: _Collection) -> None:
        if ended.anchor:
            self._anchored[ended.anchor] = self._values - ended.before, ended.levels + 1
        self._add(0, ended.levels + 1)

    def _add(self, values: int, levels: int) -> None:
        self._values += values
        if self._open:
            self._open[-1].levels = max(self._open[-1].levels, levels)
        if self._values > MOST_VALUES:
            self._refuse(f"holds more than {MOST_VALUES} values")
        if len(self._open) + levels > MOST_LEVELS:
            self._refuse(f"is more than {MOST_LEVELS} levels deep")

    def _refuse(self, reason: str) -> None:
        raise ManifestRefused(f"{self._name} is refused: it {reason}, its aliases written out")
