"""Secrets on record. The row stands before its values are in Vault, and until they are gone:
what a crash leaves is found by it and swept.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api import answers
from api.answers import Answer, Repetition
from api.json_body import Body
from api.secrets.checks import faults_of_values
from api.secrets.schemas import NewSecret, SecretOut
from api.services import Services
from provisioner.domain.faults import Fault
from provisioner.domain.ids import new_uuid
from provisioner.domain.spec.reading import read
from provisioner.store import secrets
from provisioner.store.errors import Conflict, NotFound
from provisioner.store.tables import Secret
from provisioner.store.tokens import Caller
from provisioner.vault.layout import secret_path


@dataclass(frozen=True)
class Records:
    """Blocking: routes run in threads."""

    use: Services
    caller: Caller

    def create(self, body: Body, repetition: Repetition) -> Answer:
        """Raises InvalidRequest with all faults, VaultError."""
        repetition = repetition.sealed(body.raw, self.use.vault.keyed_digest, secrets.is_in_force)
        begun = self._begin(body, repetition)
        if isinstance(begun, Answer):
            return begun
        row, new = begun
        try:
            self.use.vault.write_secret(row.secret_path, new.values)
            return self._finish(row, new.name, body, repetition)
        finally:
            self._remove_unfinished(row.id)

    def delete(self, name: str) -> None:
        """Raises NotFound; Conflict while a document names it."""
        with self.use.database.write() as session:
            found = secrets.find(session, self.caller.org_id, name)
            row = secrets.locked(session, found.id) or found
            if users := secrets.users(session, row):
                raise Conflict(f"secret {name!r} is named by {', '.join(users)}; change that first")
            secrets.take_out_of_force(row)
        self._remove_unfinished(row.id)

    def _begin(self, body: Body, repetition: Repetition) -> Answer | tuple[Secret, NewSecret]:
        org_id = self.caller.org_id
        with self.use.database.write() as session:
            if known := repetition.first_answer(session, org_id, body.raw):
                return known

            def checks(new: NewSecret) -> list[Fault]:
                return [
                    *self._faults_of_name(session, new.name),
                    *faults_of_values(new.type, new.values),
                ]

            new = read(NewSecret, body.value, checks)
            row = _row(org_id, self.caller.name, new)
            session.add(row)
            return row, new

    def _finish(self, begun: Secret, name: str, body: Body, repetition: Repetition) -> Answer:
        with self.use.database.write() as session:
            org_id = self.caller.org_id
            if known := repetition.first_answer(session, org_id, body.raw):
                return known
            row = session.get_one(Secret, begun.id)
            secrets.put_in_force(session, row, name)
            headers = {"Location": f"/secrets/{name}"}
            answer = answers.of(201, SecretOut.model_validate(row), headers)
            repetition.keep(session, org_id, body.raw, answer)
            return answer

    def _remove_unfinished(self, secret_id: str) -> None:
        """The values first: without the row nobody would find them. What is in force stays."""
        with self.use.database.read() as session:
            found = session.get(Secret, secret_id)
        if found is None or found.stored_at:
            return
        self.use.vault.delete_secret(found.secret_path)
        with self.use.database.write() as session:
            if row := secrets.locked(session, secret_id):
                session.delete(row)

    def _faults_of_name(self, session: Session, name: str) -> list[Fault]:
        try:
            secrets.find(session, self.caller.org_id, name)
        except NotFound:
            return []
        return [Fault("name", f"there is a secret named {name!r} already; choose another name")]


def _row(org_id: int, who: str, new: NewSecret) -> Secret:
    secret_id, server = new_uuid(), new.values.get("server")
    return Secret(
        id=secret_id,
        org_id=org_id,
        name=secrets.unfinished_name(secret_id),
        type=new.type,
        server=server.get_secret_value() if server else None,
        secret_path=secret_path(secret_id),
        created_by=who,
    )
