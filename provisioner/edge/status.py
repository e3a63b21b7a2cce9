"""What members tell of themselves, and what follows for each VIP and each server."""

from collections.abc import Mapping
from typing import Literal

from provisioner.domain.virtual_machines import Fact


class GroupStatus(Fact):
    """`member`: whom the VIPs prefer; `priority` is the effective one, `since` seconds of the
    epoch, `held` the VIPs that this member carries."""

    member: str
    state: Literal["INIT", "BACKUP", "MASTER", "FAULT"]
    priority: int
    since: float
    held: tuple[str, ...]


class ServerStatus(Fact):
    """`state` and `check` in HAProxy's words (UP, DOWN, MAINT, ...; L4OK, L6TOUT, ...); it has
    been so for `seconds`."""

    backend: str
    name: str
    state: str
    check: str
    seconds: int


class MemberStatus(Fact):
    """What `member_status.py` prints. None: that program did not answer."""

    groups: tuple[GroupStatus, ...] | None
    servers: tuple[ServerStatus, ...] | None


class VipStatus(Fact):
    """`holders` by name: none, or two, is a fault. `priority` and `since` are the holder's."""

    holders: tuple[str, ...]
    priority: int | None = None
    since: float | None = None


def vip_status(address: str, members: Mapping[str, MemberStatus]) -> VipStatus:
    """`members` by name."""
    held = {
        name: group
        for name, status in members.items()
        for group in status.groups or ()
        if address in group.held
    }
    if len(held) != 1:
        return VipStatus(holders=tuple(held))
    [(name, group)] = held.items()
    return VipStatus(holders=(name,), priority=group.priority, since=group.since)
