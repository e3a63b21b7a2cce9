"""Which masters carry a floating address, and in which order they take it over."""

from collections.abc import Iterable

from provisioner.domain.virtual_machines import Fact

# VRRP's backups take over the sooner the higher their priority (1 to 254). Steps of 37 part the
# first seven by 36 ms each, so that two never take the address at once; as 251 is a
# prime, the first 251 differ.
_HIGHEST, _STEP, _PRIORITIES = 254, 37, 251


class Carrier(Fact):
    """A living master. `address` is its own one; None while it isn't known."""

    node_id: str
    name: str
    address: str | None
    priority: int


def priorities(orders: Iterable[int]) -> list[int]:
    """One for each living master, given how many masters its cluster had before it; ascending.

    All differ, and none changes while a master lives: only after 251 masters may a newcomer have
    to make way for the oldest ones.
    """
    taken: list[int] = []
    for order in orders:
        steps = order * _STEP
        while (wanted := _HIGHEST - steps % _PRIORITIES) in taken:
            steps += 1
        taken.append(wanted)
    return taken
