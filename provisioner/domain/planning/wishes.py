"""What a resource made of VMs should be, in words that know nothing of its kind."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from provisioner.domain.nodes import NodeFacts
from provisioner.domain.virtual_machines import Fact

MAX_ATTEMPTS = 3


class When(StrEnum):
    """The point in a resource's life at which a task is due.

    What makes those due WITH_MEMBERS, WITH_NODES and WITH_ANSWERS again comes from the plan as
    well.
    """

    BEFORE_NODES = "before nodes"
    AFTER_CORE = "after the core group is ready"
    AFTER_NODES = "after all nodes are gone"
    ON_TURN = "whenever a node's turn to join has come"
    WITH_MEMBERS = "whenever the core's members are others than before"
    WITH_NODES = "whenever the nodes are others than before, or stand elsewhere"
    WITH_ANSWERS = "when nodes that were told something should have answered"


class TaskWish(Fact):
    """Work on the resource as a whole. A changed `key` makes it due again.

    `after`: tasks of the same kind of time that must be done before.
    `persistent`: having failed, it is tried again now and then without anybody asking.
    `follows`: the groups whose nodes one WITH_NODES depends on.
    """

    name: str
    when: When
    key: str = "1"
    after: tuple[str, ...] = ()
    persistent: bool = False
    follows: tuple[str, ...] = ()


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
    finished_at: datetime | None = None


class GroupWish(Fact):
    """`core` groups carry the resource: nobody joins before one of theirs is ready.

    `voting`: its members hold the resource's data by majority, otherwise any one of them will do.
    `one_at_a_time`: members that join are let in one after the other.
    `vintage`: stands for what a VM gets when it is made and never again. Members of another one
    are replaced, one after the other. Empty: nothing is.
    """

    name: str
    size: int
    core: bool = False
    voting: bool = True
    one_at_a_time: bool = False
    vintage: str = ""

    def outdates(self, node: NodeFacts) -> bool:
        return bool(self.vintage) and node.vintage != self.vintage


class Desired(Fact):
    """`epoch` grows with each generation and each retry; attempts are counted within it."""

    generation: int
    epoch: int
    deleting: bool = False
    groups: tuple[GroupWish, ...] = ()
    tasks: tuple[TaskWish, ...] = ()

    @property
    def carrying(self) -> tuple[GroupWish, ...]:
        """The groups that the resource can't be without: the core, or if there is none, all."""
        return tuple(wish for wish in self.groups if wish.core) or self.groups

    def outdates(self, node: NodeFacts) -> bool:
        return any(wish.outdates(node) for wish in self.groups if wish.name == node.group)

    def vintage(self, group: str) -> str:
        return next((wish.vintage for wish in self.groups if wish.name == group), "")


class Room(Fact):
    """How many more nodes a group can take, and what is in the way of others.

    `nowhere`: not even a node that takes another one's place could be made.
    """

    free: int
    reason: str
    nowhere: bool = False


class Sight(Fact):
    """How far what is known of a group's VMs can be relied on.

    `sick`: why it can't be; None while it can. `watched_at`: when their vCenter last gave a sign
    of life.
    """

    sick: str | None = None
    watched_at: datetime | None = None


class Observed(Fact):
    """`rooms` of the groups that are limited; absent means without limit.

    `established`: the core was complete once. `served`: all was once as some generation asked.
    `sights`: of all groups that have or are to have members.
    """

    now: datetime
    nodes: tuple[NodeFacts, ...] = ()
    tasks: tuple[TaskFacts, ...] = ()
    rooms: dict[str, Room] = Field(default_factory=dict)
    established: bool = False
    served: bool = False
    sights: dict[str, Sight] = Field(default_factory=dict)

    def of(self, group: str) -> tuple[NodeFacts, ...]:
        return tuple(node for node in self.nodes if node.group == group)
