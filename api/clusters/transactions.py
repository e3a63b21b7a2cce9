"""The frame of every change of a resource: locked, recorded as an operation, poked after commit."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api import answers
from api.answers import Answer, Repetition
from api.clusters import dry_runs
from api.operations.schemas import shown
from api.services import Services
from provisioner.domain.clusters import KIND
from provisioner.store import resources
from provisioner.store.tables import Operation, Resource
from provisioner.store.tokens import Caller

Change = Callable[[Session], tuple[Resource, Operation]]


@dataclass(frozen=True)
class Transaction:
    """One request that changes something. `body` is what a repetition must have in common."""

    use: Services
    caller: Caller
    dry_run: bool = False
    repetition: Repetition | None = None
    body: bytes = b""
    kind: str = KIND

    def run(self, change: Change, location: Callable[[Resource], str] | None = None) -> Answer:
        """202 with the operation, or for a dry run 200 with the plan."""
        with self._session() as session:
            if known := self._known(session):
                return known
            resource, operation = change(session)
            if self.dry_run:
                return dry_runs.answer(session, resource, self.use.settings)
            headers = {"Location": location(resource)} if location else {}
            session.flush()
            answer = answers.of(202, shown(operation, resource), headers)
            if self.repetition:
                self.repetition.keep(session, self.caller.org_id, self.body, answer)
        self.use.gateway.poke(resource.kind, resource.id)
        return answer

    def _session(self) -> AbstractContextManager[Session]:
        database = self.use.database
        return database.rehearse() if self.dry_run else database.write()

    def _known(self, session: Session) -> Answer | None:
        if self.dry_run or self.repetition is None:
            return None
        return self.repetition.first_answer(session, self.caller.org_id, self.body)

    def locked(self, session: Session, key: str) -> Resource:
        found = resources.find(session, self.caller.org_id, self.kind, key)
        return resources.lock(session, found.id)
