"""Recording a vCenter or new credentials of one: nothing stays unless the login works."""

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
from provisioner.domain.spec.reading import read
from provisioner.store.tokens import Caller


async def register(use: Services, caller: Caller, body: Body, repetition: Repetition) -> Answer:
    """Raises InvalidRequest when the login fails, NoAnswer when nobody tries it in time."""
    records = Records(use, caller.org_id)

    def checks(session: Session, new: NewVCenter) -> list[Fault]:
        advice = f"there is a vCenter named {new.name!r} already; choose another name"
        taken = records.is_taken(session, new.name)
        return check_new(new) + ([Fault("name", advice)] if taken else [])

    def begin() -> Answer | str:
        with use.database.read() as session:
            if known := repetition.first_answer(session, caller.org_id, body.raw):
                return known
            new = read(NewVCenter, body.value, partial(checks, session))
        return records.add(new)

    def finish(vcenter_id: str) -> Answer:
        shown = records.shown(vcenter_id)
        answer = answers.of(201, shown, {"Location": f"/vcenters/{shown.name}"})
        with use.database.write() as session:
            repetition.keep(session, caller.org_id, body.raw, answer)
        return answer

    begun = await run_in_threadpool(begin)
    if isinstance(begun, Answer):
        return begun
    await _prove(use, records, begun)
    await use.gateway.ensure_watch(begun)
    return await run_in_threadpool(finish, begun)


async def change(use: Services, caller: Caller, name: str, body: Body) -> VCenterOut:
    """Raises InvalidRequest, NoAnswer, and Conflict when another vCenter answers."""
    given = read_change(body.value)
    records = Records(use, caller.org_id)
    vcenter_id, candidate = await run_in_threadpool(records.add_candidate, name, given)
    await _prove(use, records, candidate)
    try:
        await run_in_threadpool(records.promote, vcenter_id, candidate)
    finally:
        await run_in_threadpool(records.discard, candidate)
    await use.gateway.ensure_watch(vcenter_id)
    return await run_in_threadpool(records.shown, vcenter_id)


async def _prove(use: Services, records: Records, vcenter_id: str) -> None:
    try:
        verdict = await use.gateway.verify_vcenter(vcenter_id)
        if not verdict.accepted:
            reason = verdict.reason or "the login was refused"
            raise InvalidRequest([Fault(verdict.field or "host", reason)])
    except ProvisionerError:
        await run_in_threadpool(records.discard, vcenter_id)
        raise
