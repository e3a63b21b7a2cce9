"""What the machine activities read from and write to the database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from provisioner.domain import marks
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.machines import NicPlan, Place
from provisioner.domain.nodes import Phase
from provisioner.domain.virtual_machines import FoundVM, Nic
from provisioner.store import events, leases, nodes, resources, vcenters
from provisioner.store.database import Database
from provisioner.store.tables import Node, Resource
from provisioner.store.types import utc_now
from workflows.contracts import resource_workflow
from workflows.failures import passes


@dataclass(frozen=True)
class MachineOrder:
    """One node's VM as the rows have it."""

    node_id: str
    resource_id: str
    kind: str
    name: str
    vcenter_id: str
    instance_uuid: str
    marks: dict[str, str]
    moref: str | None
    clone_task: str | None

    @property
    def workflow_id(self) -> str:
        return resource_workflow(self.kind, self.resource_id)


@dataclass(frozen=True)
class CloneOrder(MachineOrder):
    """`seen_before`: an earlier attempt may have left its VM."""

    folder_name: str
    place: Place
    nics: tuple[Nic, ...]
    seen_before: bool
    made: bool


@dataclass(frozen=True)
class RemovalOrder(MachineOrder):
    """`doubtful`: a lost member whose VM, should it run again by now, stays what it was."""

    doubtful: bool


class MachineRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_creation(self, node_id: str) -> CloneOrder | None:
        """None when the node is not to be made any more."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            if node.phase != Phase.CREATING or node.failure:
                return None
            resource = _resource(session, node)
            return CloneOrder(
                **_order(session, resource, node),
                folder_name=f"{resource.name}-{resource.id[:8]}",
                place=Place.model_validate(node.place),
                nics=tuple(NicPlan.model_validate(nic) for nic in node.nics),
                seen_before=node.clone_started_at is not None,
                made=node.powered_on_at is not None,
            )

    def removal(self, node_id: str) -> RemovalOrder:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            return RemovalOrder(
                **_order(session, _resource(session, node), node),
                doubtful=node.repaired_at is not None and node.doomed_at is None,
            )

    def doom(self, node_id: str) -> None:
        """From here on its removal can't be taken back."""
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            nodes.stamp(node, "doomed_at")

    def revive(self, node_id: str, moref: str) -> None:
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            if node.phase == Phase.REMOVING:
                nodes.revive(node, moref)
                message = f"{node.name}: its VM runs again, so the node stays"
                events.record(session, resource, events.BACK, message, node=node)

    def note_cloning(self, node_id: str) -> bool:
        """The clone's clock starts, and with it the life of the node's token.

        False when the node was given up while it waited: the last moment to notice.
        """
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            if node.phase != Phase.CREATING:
                return False
            if nodes.stamp(node, "clone_started_at"):
                now = utc_now().replace(microsecond=0)
                node.token_expires_at += now - node.token_issued_at
                node.token_issued_at = now
            return True

    def note_task(self, node_id: str, folder: str, task: str) -> None:
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            node.folder, node.clone_task = folder, task

    def forget_task(self, node_id: str) -> None:
        """It ended in failure: who comes next must not wait for it, but clone anew."""
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            node.clone_task = None

    def note_powered_on(self, node_id: str, moref: str) -> bool:
        """Whether its guest has reported ready by now: the worker that powered it on has died."""
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            node.moref, node.problem = moref, None
            if nodes.stamp(node, "powered_on_at"):
                message = f"{node.name} is cloned and powered on"
                events.record(session, resource, "MachineCreated", message, node=node)
            return node.reported_ready_at is not None

    def note_trouble(self, node_id: str, err: ProvisionerError) -> None:
        """What passes is a problem, shown; what doesn't is the node's failure."""
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            if not passes(err) and node.phase == Phase.CREATING:
                nodes.note_failure(node, err)
            elif node.problem != str(err):
                events.record(session, resource, "Trouble", str(err), node=node, warning=True)
            node.problem = str(err)

    def note_gone(
        self, node_id: str, forget: Callable[[Session, Node], None], swept: FoundVM | None
    ) -> None:
        """`swept`: the VM that was destroyed just now."""
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            forget(session, node)
            leases.free_of_node(session, node.id)
            node.problem = None
            if swept and swept.foreign_disks:
                files = ", ".join(disk.file for disk in swept.foreign_disks)
                message = f"{node.name} had disks that are not its own; they stay: {files}"
                events.record(session, resource, "DisksDetached", message, node=node, warning=True)
            if node.phase != Phase.GONE:
                node.phase, node.gone_at = Phase.GONE, utc_now()
                # Why is in its history already: NodeFailed or NodeRemovalPlanned.
                message = f"{node.name} is gone"
                events.record(session, resource, "NodeRemoved", message, node=node)
            elif swept:
                message = f"a late VM of {node.name} came up after its removal; it is gone, too"
                events.record(session, resource, "MachineSwept", message, node=node, warning=True)


def _resource(session: Session, node: Node) -> Resource:
    return resources.get(session, node.resource_id)


def _order(session: Session, resource: Resource, node: Node) -> dict[str, Any]:
    return {
        "node_id": node.id,
        "resource_id": resource.id,
        "kind": resource.kind,
        "name": node.name,
        "vcenter_id": node.vcenter_id,
        "instance_uuid": node.instance_uuid,
        "moref": node.moref,
        "clone_task": None if node.moref else node.clone_task,
        "marks": {
            marks.OWNER: vcenters.owner_mark(session),
            marks.RESOURCE: resource.id,
            marks.KIND: resource.kind,
            marks.NODE: node.id,
            marks.GENERATION: str(node.generation),
        },
    }
