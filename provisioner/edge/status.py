"""What members tell of themselves, and what follows for each VIP and each server."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from provisioner.domain.texts import clean
from provisioner.domain.virtual_machines import Fact

Word = Annotated[str, Field(max_length=128), AfterValidator(clean)]
Address = Annotated[str, Field(max_length=45), AfterValidator(clean)]
Epoch = Annotated[float, Field(ge=0, le=253402300799)]


class GroupStatus(Fact):
    """`member`: whom the VIPs prefer; `priority` is the effective one, `since` seconds of the
    epoch, `held` the VIPs that this member carries."""

    member: Word
    state: Literal["INIT", "BACKUP", "MASTER", "FAULT"]
    priority: Annotated[int, Field(ge=0, le=255)]
    since: Epoch
    held: Annotated[tuple[Address, ...], Field(max_length=1024)]


class ServerStatus(Fact):
    """`state` and `check` in HAProxy's words (UP, DOWN, MAINT, ...; L4OK, L6TOUT, ...); it has
    been so `since` then, in seconds of the epoch."""

    backend: Word
    name: Word
    state: Word
    check: Word
    since: Epoch


class MemberStatus(Fact):
    """What `member_status.py` tells. None: that program did not answer.

    `beat`: changes every few minutes, so that silence shows.
    """

    groups: Annotated[tuple[GroupStatus, ...], Field(max_length=8)] | None
    servers: Annotated[tuple[ServerStatus, ...], Field(max_length=16384)] | None
    beat: Epoch = 0


class Reported(Fact):
    """What one member said last, beside what it was told; nobody proves it.

    `node`: who is that member since `ready_at`. `asked` and `applied`: revisions of its
    configuration, None before the first; asked since `asked_at`; `problem`: why it did not apply
    it. `at`: when it was last heard to say something new, which it does every few minutes; None:
    never, and `status` is None with it. `held_at`: since when it says the same of its VIPs.
    """

    node: str
    ready_at: datetime | None = None
    asked: str | None = None
    asked_at: datetime | None = None
    applied: str | None = None
    problem: str | None = None
    at: datetime | None = None
    held_at: datetime | None = None
    status: MemberStatus | None = None

    @property
    def in_sync(self) -> bool:
        return self.applied is not None and self.applied == self.asked


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
