"""POST /vcenters: recorded, tried by a worker, and forgotten again unless the login works."""

from fastapi.concurrency import run_in_threadpool

from api import answers
from api.answers import Answer, Repetition
from api.json_body import Body
from api.services import Services
from api.vcenters.records import Records, rejected
from provisioner.domain.errors import ProvisionerError
from provisioner.store.tokens import Caller


async def register(use: Services, caller: Caller, body: Body, repetition: Repetition) -> Answer:
    """Raises InvalidRequest when the login fails, NoAnswer when nobody tries it in time."""
    records = Records(use, caller.org_id)

    def begin() -> Answer | str:
        with use.database.write() as session:
            known = repetition.first_answer(session, caller.org_id, body.raw)
            return known or records.add(session, records.read_new(session, body.value))

    def finish(vcenter_id: str) -> Answer:
        shown = records.shown(vcenter_id)
        answer = answers.of(201, shown, {"Location": f"/vcenters/{shown.name}"})
        with use.database.write() as session:
            repetition.keep(session, caller.org_id, body.raw, answer)
        return answer

    begun = await run_in_threadpool(begin)
    if isinstance(begun, Answer):
        return begun
    try:
        verdict = await use.gateway.verify_vcenter(begun)
        if not verdict.accepted:
            raise rejected(verdict.field, verdict.reason)
    except ProvisionerError:
        await run_in_threadpool(records.discard, begun)
        raise
    await use.gateway.ensure_watch(begun)
    return await run_in_threadpool(finish, begun)
