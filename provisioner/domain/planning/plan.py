"""The plan: what dry-run shows, what is recorded and exactly what gets executed."""

from datetime import datetime

from provisioner.domain.ids import NodeId
from provisioner.domain.planning.wishes import TaskWish
from provisioner.domain.virtual_machines import Fact


class NewNode(Fact):
    group: str
    attempt: int = 1
    replaces: NodeId | None = None


class Removal(Fact):
    """`failed`: it never became part of the resource. `retire`: it did, so it is drained first.

    `repair`: nobody asked for it; its place is taken by a new node.
    """

    node: NodeId
    reason: str
    failed: bool = False
    retire: bool = False
    repair: bool = False


class Shortage(Fact):
    """Why a group stays below its size. `final`: nothing under way will mend it."""

    group: str
    missing: int
    reason: str
    final: bool


class HeldBack(Fact):
    """A lost member that is not replaced, and why. `final`: nothing under way will change that."""

    node: NodeId
    group: str
    reason: str
    final: bool = False


class Plan(Fact):
    """`start` and `removing` name rows whose workflow must run; `grant` those who may join now."""

    create: tuple[NewNode, ...] = ()
    start: tuple[NodeId, ...] = ()
    remove: tuple[Removal, ...] = ()
    removing: tuple[NodeId, ...] = ()
    grant: tuple[NodeId, ...] = ()
    tasks: tuple[TaskWish, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    held: tuple[HeldBack, ...] = ()
    next_deadline: datetime | None = None
    settled: bool = False
    gone: bool = False
