"""What is followed of VMs, as property collectors tell it: everything first, then what changes."""

from typing import NamedTuple

POWER, BOOTED, CHANGED = "runtime.powerState", "summary.runtime.bootTime", "config.changeVersion"
GUEST, SHUTTING_DOWN = "guest.guestState", "shuttingDown"


class State(NamedTuple):
    """`booted` tells a VM that was reset, or quickly switched off and on, from one that stayed on;
    `guest` is the state of its guest; `configuration`, if followed, changes with each change of it.
    """

    power: str
    booted: str = ""
    guest: str = ""
    configuration: str = ""

    @property
    def on(self) -> bool:
        return self.power == "poweredOn"

    @property
    def shuts_down(self) -> bool:
        return self.on and self.guest == SHUTTING_DOWN


# By VM: what has changed of it, None for one that is gone.
Changes = dict[str, dict[str, str] | None]


def merged(known: dict[str, State], changes: Changes) -> dict[str, State]:
    states = {moref: state for moref, state in known.items() if changes.get(moref, {}) is not None}
    for moref, values in changes.items():
        before = known.get(moref)
        if values is not None and (before or POWER in values):
            states[moref] = _state(before, values)
    return states


def _state(before: State | None, values: dict[str, str]) -> State:
    old = before or State("")
    return State(
        power=values.get(POWER, old.power),
        booted=values.get(BOOTED, old.booted),
        guest=values.get(GUEST, old.guest),
        configuration=values.get(CHANGED, old.configuration),
    )
