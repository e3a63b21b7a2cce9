"""A world in memory that obeys plans, for the planner's promises."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.ids import NodeId
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.planner import plan
from provisioner.domain.planning.tasks import keyed
from provisioner.domain.planning.wishes import Desired, Observed, Room, Sight, TaskFacts, TaskState
from provisioner.domain.replacement import Replacement

START = datetime(2026, 1, 1, tzinfo=UTC)
DEADLINES = Deadlines(clone=60, address=60, boot=60, bootstrap=60, admission=60)
LIMITS = Replacement()


@dataclass
class World:
    desired: Desired
    now: datetime = START
    nodes: dict[str, NodeFacts] = field(default_factory=dict)
    tasks: dict[str, TaskFacts] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    established: bool = False
    served: bool = False
    sick: str | None = None
    silent_since: datetime | None = None
    limits: Replacement = LIMITS
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def observed(self) -> Observed:
        return Observed(
            now=self.now,
            nodes=tuple(self.nodes.values()),
            tasks=tuple(self.tasks.values()),
            rooms=self.rooms,
            established=self.established,
            served=self.served,
            sights={
                wish.name: Sight(sick=self.sick, watched_at=self.silent_since or self.now)
                for wish in self.desired.groups
            },
        )

    def plan(self) -> Plan:
        return plan(self.desired, self.observed(), DEADLINES, self.limits)

    def put(self, **facts: object) -> NodeFacts:
        number = next(self.numbers)
        given = {"id": f"n{number:03}", "name": f"node-{number}", "created_at": self.now} | facts
        given.setdefault("epoch", self.desired.epoch)
        node = NodeFacts.model_validate(given)
        self.nodes[node.id] = node
        return node

    def ready(self, group: str, **facts: object) -> NodeFacts:
        return self.put(group=group, phase=Phase.READY, ready_at=self.now, **facts)

    def change(self, node: str, **facts: object) -> None:
        self.nodes[node] = self.nodes[node].model_copy(update=facts)

    def finish(self, name: str, state: TaskState = TaskState.DONE, reason: str = "") -> None:
        wishes = [keyed(wish, self.desired, self.observed()) for wish in self.desired.tasks]
        key = next((task.key for task in wishes if task.name == name), "1")
        self.tasks[name] = TaskFacts(
            name=name,
            key=key,
            state=state,
            reason=reason or None,
            epoch=self.desired.epoch,
            started_at=self.now,
        )

    def record(self, made: Plan) -> None:
        """What the store does with a plan."""
        held = {one.node: one.reason for one in made.held}
        for node in [one for one in self.nodes.values() if one.held_back != held.get(one.id)]:
            self.change(node.id, held_back=held.get(node.id))
        for removal in made.remove:
            node = self.nodes[removal.node]
            failure = node.failure or (removal.reason if removal.failed else None)
            self.change(
                node.id, phase=Phase.REMOVING, failure=failure, work_started_at=None, chosen=False
            )
            if removal.repair:
                self.change(node.id, repaired_at=self.now)
        for new in made.create:
            if new.replaces:
                self.change(new.replaces, replaced=True)
            vintage = self.desired.vintage(new.group)
            self.put(group=new.group, attempt=new.attempt, replaces=new.replaces, vintage=vintage)
        for node in made.grant:
            self.change(node, join_granted_at=self.now)

    def step(self) -> Plan:
        """One look, everything it asks for done at once, and a second of time."""
        made = self.plan()
        self.record(made)
        for task in made.tasks:
            self.finish(task.name)
        for leaving in [node for node in self.nodes.values() if node.phase is Phase.REMOVING]:
            self.change(leaving.id, phase=Phase.GONE)
        for node in made.start:
            self.make(node)
        for node in made.grant:
            self.join(node)
        self.now += timedelta(seconds=1)
        return made

    def make(self, node: NodeId) -> None:
        """Cloned, powered on, addressed; the first of the core leads, the others ask to join."""
        core = {wish.name for wish in self.desired.groups if wish.core}
        leading = any(n.group in core and n.leading_at for n in self.nodes.values() if n.alive)
        clocks = {"work_started_at": self.now, "addressed_at": self.now, "contacted_at": self.now}
        self.change(node, address=f"10.0.0.{int(node[1:])}")
        if self.nodes[node].group in core and not leading:
            self.change(node, **clocks, leading_at=self.now)
            self.join(node)
        else:
            self.change(node, **clocks, join_requested_at=self.now)

    def join(self, node: NodeId) -> None:
        self.change(node, phase=Phase.READY, join_token_at=self.now, ready_at=self.now)

    def settle(self, looks: int = 60) -> Plan:
        for _ in range(looks):
            made = self.step()
            if made.settled:
                return made
        raise AssertionError(f"not settled after {looks} looks: {made}")

    def members(self, group: str) -> list[NodeFacts]:
        """Whose VM may exist."""
        found = (node for node in self.nodes.values() if node.group == group)
        return [node for node in found if node.phase is not Phase.GONE]

    def alive(self, group: str) -> list[NodeFacts]:
        return [node for node in self.nodes.values() if node.group == group and node.alive]
