"""The plainest kind of resource made of VMs: what the machinery must be able to work with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from provisioner.domain.conditions import Condition
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.nodes import Phase
from provisioner.store import leases, nodes
from provisioner.store.database import Database
from provisioner.store.tables import Node
from tests.workflow.plain_document import RELEASE, TICKETS
from workflows.kinds.interface import Answer, Configuration, Farewell, Unwanted

# Where its nodes would say what they made of a configuration: its revision, and what was wrong.
ANSWER = "guestinfo.answer"


class Broken(ProvisionerError):
    """What a test makes a task fail with."""


class Kept(ProvisionerError):
    """What stands in the way of a node's leaving, as long as a test says so."""

    transient = True


class PlainKind:
    """Its nodes need nothing and prove nothing. What was asked of it is noted in `calls`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self.calls: list[tuple[str, str]] = []
        self.broken_tasks: set[str] = set()
        self.on_admit: Callable[[str], None] = lambda _: None
        self.on_task: Callable[[str], None] = lambda _: None
        self.on_retire: Callable[[str, Unwanted], None] = lambda *_: None
        self.retire_until: list[datetime] = []
        self.kept: tuple[str, ...] = ()
        self.farewells: dict[str, Farewell] = {}
        self.on_bury: Callable[[str], None] = lambda _: None
        self.told: Callable[[str], Mapping[str, Configuration]] = lambda _: {}
        self.on_care: Callable[[str], tuple[Condition, ...]] = lambda _: ()

    def names(self, call: str) -> list[str]:
        """Whom or what `call` was made for, in order."""
        return [subject for name, subject in self.calls if name == call]

    def extra_config(self, node_id: str) -> dict[str, str]:
        return {"guestinfo.userdata": f"first configuration of {node_id}"}

    def admit(self, node_id: str) -> None:
        self._note("admit", node_id)
        self.on_admit(node_id)

    def retire(self, node_id: str, until: datetime, unwanted: Unwanted) -> str | None:
        self._note("retire", node_id)
        self.retire_until.append(until)
        self.on_retire(node_id, unwanted)
        return None

    def end_membership(self, node_id: str) -> None:
        self._note("end_membership", node_id)
        if node_id in self.kept:
            raise Kept("the test keeps it")

    def farewell(self, node_id: str) -> Farewell | None:
        self._note("farewell", node_id)
        return self.farewells.get(node_id)

    def bury(self, node_id: str, unwanted: Unwanted) -> None:
        self._note("bury", node_id)
        self.on_bury(node_id)

    def forget(self, session: Session, node: Node) -> None:
        self._note("forget", node.id)

    def clean_up(self, node_id: str) -> None:
        self._note("clean_up", node_id)

    def run_task(self, resource_id: str, task: str) -> None:
        self._note("run_task", task)
        self.on_task(task)
        if task in self.broken_tasks:
            raise Broken(f"the test breaks {task}")
        with self._database.write() as session:
            if task == TICKETS:
                for node in nodes.of_resource(session, resource_id):
                    if node.phase == Phase.CREATING and node.join_granted_at:
                        nodes.stamp(node, "join_token_at")
            if task == RELEASE:
                leases.free_of_resource(session, resource_id)

    def configurations(self, resource_id: str) -> Mapping[str, Configuration]:
        self._note("configurations", resource_id)
        return self.told(resource_id)

    def answer(self, guest_info: Mapping[str, str]) -> Answer | None:
        revision, _, problem = guest_info.get(ANSWER, "").partition(" ")
        return Answer(revision, problem or None) if revision else None

    def care(self, resource_id: str) -> tuple[Condition, ...]:
        self._note("care", resource_id)
        return self.on_care(resource_id)

    def _note(self, call: str, subject: str) -> None:
        with self._lock:
            self.calls.append((call, subject))
