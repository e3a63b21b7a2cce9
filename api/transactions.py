"""The frame of every change of a resource: locked, recorded as an operation, poked after commit."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api import answers, dry_runs
from api.answers import Answer, Repetition
from api.operations.schemas import shown
from api.resources import document
from api.services import Services
from provisioner.domain.clusters import KIND
from provisioner.domain.spec.document import Document
from provisioner.store import resources
from provisioner.store.resources import Json, NewResource
from provisioner.store.tables import Operation, Resource
from provisioner.store.tokens import Caller

Changed = tuple[Resource, Operation]
# An answer of its own, where there is nothing to change.
Change = Callable[[Session], Changed | Answer]
Refusal = Callable[[Session, Resource], None]


@dataclass(frozen=True)
class Transaction:
    """One request that changes something. `body` is what a repetition must have in common.

    `shown`: what of a document on record a dry run shows; all of it, unless told otherwise.
    """

    use: Services
    caller: Caller
    dry_run: bool = False
    repetition: Repetition | None = None
    body: bytes = b""
    kind: str = KIND
    shown: Callable[[Json], Json] = dict

    def run(self, change: Change, location: Callable[[Resource], str] | None = None) -> Answer:
        """202 with the operation, or for a dry run 200 with the plan."""
        with self._session() as session:
            if known := self._known(session):
                return known
            found = change(session)
            if isinstance(found, Answer):
                return self._kept(session, found)
            resource, operation = found
            if self.dry_run:
                return dry_runs.answer(session, resource, self.use.settings, self.shown)
            headers = {"Location": location(resource)} if location else {}
            session.flush()
            answer = self._kept(session, answers.of(202, shown(operation, resource), headers))
        self.use.gateway.poke(resource.kind, resource.id)
        return answer

    def retry(self, key: str, refuse: Refusal | None = None) -> Answer:
        """`refuse` raises when there is nothing to try again of the resource, which is locked."""

        def change(session: Session) -> Changed:
            resource = self.locked(session, key)
            if refuse:
                refuse(session, resource)
            return resource, resources.retry(session, resource, self.caller.name)

        return self.run(change)

    def delete(self, key: str, refuse: Refusal | None = None) -> Answer:
        """`refuse` raises when the resource, which is locked, has to stay."""

        def change(session: Session) -> Changed:
            resource = self.locked(session, key)
            if refuse:
                refuse(session, resource)
            return resource, resources.request_deletion(session, resource, self.caller.name)

        return self.run(change)

    def create(self, session: Session, name: str, vcenter_id: str, spec: Document) -> Changed:
        """The row of a new resource of this kind, whose admitted document is `spec`."""
        new = NewResource(
            org_id=self.caller.org_id,
            kind=self.kind,
            name=name,
            vcenter_id=vcenter_id,
            document=document(spec),
            requested_by=self.caller.name,
        )
        return resources.create(session, new)

    def _session(self) -> AbstractContextManager[Session]:
        database = self.use.database
        return database.rehearse() if self.dry_run else database.write()

    def _known(self, session: Session) -> Answer | None:
        if self.dry_run or self.repetition is None:
            return None
        return self.repetition.first_answer(session, self.caller.org_id, self.body)

    def _kept(self, session: Session, answer: Answer) -> Answer:
        """For who repeats the request."""
        if self.repetition and not self.dry_run:
            self.repetition.keep(session, self.caller.org_id, self.body, answer)
        return answer

    def locked(self, session: Session, key: str) -> Resource:
        found = resources.find(session, self.caller.org_id, self.kind, key)
        return resources.lock(session, found.id)
