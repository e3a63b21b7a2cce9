"""What a resource made of VMs should be, in words that know nothing of its kind."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from provisioner.domain.nodes import NodeFacts
from provisioner.domain.virtual_machines import Fact

MAX_ATTEMPTS = 3


class When(StrEnum):
    """The point in a resource's life at which a task is due."""

    BEFORE_NODES = "before nodes"
    AFTER_CORE = "after the core group is ready"
    AFTER_NODES = "after all nodes are gone"
    ON_TURN = "whenever a node's turn to join has come"


class TaskWish(Fact):
    """Work on the resource as a whole. A changed `key` makes it due again."""

    name: str
    when: When
    key: str = "1"


class TaskState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TaskFacts(Fact):
    name: str
    key: str
    state: TaskState
    reason: str | None = None
    epoch: int = 1
    started_at: datetime


class GroupWish(Fact):
    """`core` groups carry the resource: they hold a quorum, and nobody joins before one is ready.

    `one_at_a_time`: members that join are let in one after the other.
    """

    name: str
    size: int
    core: bool = False
    one_at_a_time: bool = False


class Desired(Fact):
    """`epoch` grows with each generation and each retry; attempts are counted within it."""

    generation: int
    epoch: int
    deleting: bool = False
    groups: tuple[GroupWish, ...] = ()
    tasks: tuple[TaskWish, ...] = ()


class Room(Fact):
    """How many more nodes a group can take, and what is in the way of others."""

    free: int
    reason: str


class Observed(Fact):
    """`rooms` of the groups that are limited; absent means without limit.

    `established`: the core was complete once. `served`: all was once as some generation asked.
    """

    now: datetime
    nodes: tuple[NodeFacts, ...] = ()
    tasks: tuple[TaskFacts, ...] = ()
    rooms: dict[str, Room] = Field(default_factory=dict)
    established: bool = False
    served: bool = False

    def of(self, group: str) -> tuple[NodeFacts, ...]:
        return tuple(node for node in self.nodes if node.group == group)
