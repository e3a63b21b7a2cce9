"""Recording a vCenter or new credentials of one: nothing stays unless the login works."""

from dataclasses import dataclass
from functools import partial

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from api import answers
from api.answers import Answer, Repetition
from api.json_body import Body
from api.services import Services
from api.vcenters.records import Records
from api.vcenters.schemas import (
    NewVCenter,
    VCenterOut,
    check_new,
    read_change,
)
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.ids import OrgId
from provisioner.domain.spec.reading import read
from provisioner.store import vcenters
from provisioner.store.tables import VCenter
from provisioner.store.tokens import Caller


@dataclass(frozen=True)
class _Registration:
    """What of a request to register a vCenter is done with the database."""

    use: Services
    org_id: OrgId
    body: Body
    repetition: Repetition

    def begin(self) -> Answer | NewVCenter:
        """The answer, where this request was answered before. Raises InvalidRequest."""
        with self.use.database.read() as session:
            if known := self._known(session):
                return known
            return read(NewVCenter, self.body.value, partial(self._faults, session))

    def finish(self, trial: str, name: str) -> Answer:
        """Name and answer at once: of two requests with one key, one registers a vCenter."""
        with self.use.database.write() as session:
            if known := self._known(session):
                return known
            row = vcenters.get(session, trial)
            if other := vcenters.sharing_root(session, row):
                raise InvalidRequest([_root_taken(row, other)])
            vcenters.give_name(session, row, name)
            shown = VCenterOut.model_validate(row)
            answer = answers.of(201, shown, {"Location": f"/vcenters/{name}"})
            self.repetition.keep(session, self.org_id, self.body.raw, answer)
            return answer

    def _known(self, session: Session) -> Answer | None:
        return self.repetition.first_answer(session, self.org_id, self.body.raw)

    def _faults(self, session: Session, new: NewVCenter) -> list[Fault]:
        advice = f"there is a vCenter named {new.name!r} already; choose another name"
        taken = Records(self.use, self.org_id).is_taken(session, new.name)
        return check_new(new) + ([Fault("name", advice)] if taken else [])


async def register(use: Services, caller: Caller, body: Body, repetition: Repetition) -> Answer:
    """Raises InvalidRequest when the login fails, NoAnswer when nobody tries it in time."""
    sealed, digest = repetition.sealed, use.vault.keyed_digest
    repetition = await run_in_threadpool(sealed, body.raw, digest, vcenters.exists)
    registration = _Registration(use, caller.org_id, body, repetition)
    begun = await run_in_threadpool(registration.begin)
    if isinstance(begun, Answer):
        return begun
    records = Records(use, caller.org_id)
    trial = await run_in_threadpool(records.begin_trial, begun)
    await _prove(use, records, trial)
    try:
        answer = await run_in_threadpool(registration.finish, trial, begun.name)
    finally:
        await run_in_threadpool(records.end_trial, trial)
    await use.gateway.ensure_watch(answer.body["id"])
    return answer


async def change(use: Services, caller: Caller, name: str, body: Body) -> VCenterOut:
    """Raises InvalidRequest, NoAnswer, and Conflict when another vCenter answers."""
    given = read_change(body.value)
    records = Records(use, caller.org_id)
    vcenter_id, candidate = await run_in_threadpool(records.add_candidate, name, given)
    await _prove(use, records, candidate)
    try:
        await run_in_threadpool(records.promote, vcenter_id, candidate)
    finally:
        await run_in_threadpool(records.end_trial, candidate)
    await use.gateway.ensure_watch(vcenter_id)
    return await run_in_threadpool(records.shown, vcenter_id)


def _root_taken(row: VCenter, other: VCenter) -> Fault:
    """Names nothing of another organisation's."""
    whose = f" by your vCenter {other.name!r}" if other.org_id == row.org_id else ""
    where = f", whose root folder is {other.root_folder}" if whose else ""
    message = f"{row.root_folder} of this vCenter is taken{whose}{where}; give a folder apart"
    return Fault("rootFolder", message)


async def _prove(use: Services, records: Records, vcenter_id: str) -> None:
    try:
        verdict = await use.gateway.verify_vcenter(vcenter_id)
        if not verdict.accepted:
            reason = verdict.reason or "the login was refused"
            raise InvalidRequest([Fault(verdict.field or "host", reason)])
    except ProvisionerError:
        await run_in_threadpool(records.end_trial, vcenter_id)
        raise
