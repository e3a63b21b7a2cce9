"""An organisation with a watched vCenter, and short words for what tests do with its clusters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND
from provisioner.domain.ids import new_uuid
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.planner import plan
from provisioner.domain.planning.tasks import keyed
from provisioner.domain.planning.wishes import TaskWish, When
from provisioner.domain.virtual_machines import WatchBatch
from provisioner.store import (
    events,
    inventory,
    nodes,
    observing,
    operations,
    recording,
    resources,
    tasks,
    tokens,
)
from provisioner.store.database import Database
from provisioner.store.resources import NewResource
from provisioner.store.tables import Event, Node, Operation, Resource, VCenter
from provisioner.store.types import utc_now
from tests.unit.documents import cluster_document
from tests.unit.inventories import ROOT, objects
from tests.unit.world import DEADLINES, LIMITS

T = TypeVar("T")
# The L2 network of the port group that documents name.
NODES = "11111111-1111-1111-1111-111111111111/DistributedVirtualPortgroup:/DC1/network/nodes"


@dataclass
class Estate:
    database: Database
    org: int
    vcenter: str
    now: datetime = field(default_factory=utc_now)

    def write(self, change: Callable[[Session], T]) -> T:
        with self.database.write() as session:
            return change(session)

    def read(self, ask: Callable[[Session], T]) -> T:
        with self.database.read() as session:
            return ask(session)

    def new(self, name: str = "c1", **document: Any) -> NewResource:
        body = cluster_document(name=name, **document)
        return NewResource(self.org, KIND, name, self.vcenter, body, "alice")

    def cluster(self, name: str = "c1", **document: Any) -> str:
        """The id of a new one."""
        new = self.new(name, **document)
        return self.write(lambda session: resources.create(session, new)[0].id)

    def locked(self, resource: str, change: Callable[[Session, Resource], T]) -> T:
        return self.write(lambda session: change(session, resources.lock(session, resource)))

    def resource(self, resource: str) -> Resource:
        return self.read(lambda session: resources.get(session, resource))

    def change(self, resource: str, **document: Any) -> Operation:
        """As a user would; the last accepted one wins."""

        def ask(session: Session, row: Resource) -> Operation:
            edited = resources.document(session, row) | document
            return resources.change(session, row, "change", "bob", edited)

        return self.locked(resource, ask)

    def delete(self, resource: str) -> Operation:
        return self.locked(
            resource, lambda session, row: resources.request_deletion(session, row, "carol")
        )

    def operation(self, resource: str) -> Operation:
        found = self.read(lambda session: operations.latest(session, resource))
        assert found
        return found

    def events(self, resource: str) -> list[Event]:
        return self.read(lambda session: events.since(session, resource))

    def nodes(self, resource: str, group: str | None = None) -> list[Node]:
        """In order of creation, gone ones too."""
        found = self.read(lambda session: nodes.of_resource(session, resource, gone=True))
        return [node for node in found if group in (None, node.group)]

    def set(self, found: Node | Iterable[Node], **values: object) -> None:
        rows = [found] if isinstance(found, Node) else list(found)

        def change(session: Session) -> None:
            for row in rows:
                for name, value in values.items():
                    setattr(nodes.get(session, row.id), name, value)

        self.write(change)

    def set_vcenter(self, **values: object) -> None:
        def change(session: Session) -> None:
            row = session.get_one(VCenter, self.vcenter)
            for name, value in values.items():
                setattr(row, name, value)

        self.write(change)

    def ready(self, found: Iterable[Node]) -> None:
        self.set(found, phase=Phase.READY, ready_at=self.now)

    def finish(self, resource: str, *names: str) -> None:
        """Tasks, with the keys that are wanted at present."""

        def done(session: Session, row: Resource) -> None:
            world = self._world(session, row)
            known = [keyed(wish, world.desired, world.observed) for wish in world.desired.tasks]
            keys = {wish.name: wish.key for wish in known if wish.when is not When.AFTER_NODES}
            for name in names or keys:
                wish = TaskWish(name=name, when=When.BEFORE_NODES, key=keys.get(name, "1"))
                tasks.begin(session, row, wish)
                tasks.finish(session, row, name)

        self.locked(resource, done)

    def settle(self, resource: str) -> None:
        """Whatever is asked for is done at once."""
        self.look(resource)
        self.finish(resource)
        self.ready(node for node in self.nodes(resource) if node.phase == Phase.CREATING)
        leaving = [node for node in self.nodes(resource) if node.phase == Phase.REMOVING]
        self.set(leaving, phase=Phase.GONE)
        assert self.look(resource).settled

    def look(self, resource: str, seconds: int = 1) -> Plan:
        """After some time: plans are recorded until nothing is new, then reported."""
        self.now += timedelta(seconds=seconds)
        return self.locked(resource, self._look)

    def _look(self, session: Session, resource: Resource) -> Plan:
        for _ in range(5):
            world = self._world(session, resource)
            made = plan(world.desired, world.observed, DEADLINES, LIMITS)
            recording.record(session, world, made, DEADLINES)
            session.flush()
            if not (made.create or made.remove or made.grant):
                break
        recording.report(session, world, made)
        return made

    def _world(self, session: Session, resource: Resource) -> observing.World:
        return observing.load(session, resource, self.now)

    def watch(self, batch: WatchBatch) -> None:
        def apply(session: Session) -> None:
            inventory.apply(session, session.get_one(VCenter, self.vcenter), batch)

        self.write(apply)


def found_estate(database: Database, name: str = "acme") -> Estate:
    with database.write() as session:
        org = tokens.ensure_organisation(session, name)
        vcenter = VCenter(
            id=new_uuid(),
            org_id=org.id,
            name="lab",
            host="vcenter.example.org",
            root_folder=ROOT,
            secret_path="vcenters/lab",
            instance_uuid="11111111-1111-1111-1111-111111111111",
            state="connected",
        )
        session.add(vcenter)
        estate = Estate(database, org.id, vcenter.id)
    estate.watch(WatchBatch(full=True, objects=tuple(objects())))
    return estate
