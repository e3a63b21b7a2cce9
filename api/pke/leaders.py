"""Who may run `kubeadm init`, and whether the control plane it makes is there."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.json_body import Json
from api.pke import bodies
from api.pke.prefixes import PKE
from api.pke.schemas import Leader, LeaderClaim, MasterState, ReadyState
from api.pke.visitors import Master, Member
from api.services import Use
from provisioner.store import events, leadership, visits
from provisioner.store.leadership import Claim

router = APIRouter(prefix=PKE)


@router.post("/leader", status_code=201, summary="Claim the leadership")
def claim_leader(use: Use, visitor: Master, body: Json) -> JSONResponse:
    """201 for the one winner, 409 for everybody else and for whatever is wrong: pke takes any
    other 4xx for a victory (`LeaderRefusals` sees to that for all that happens before)."""
    given = bodies.read(LeaderClaim, body.value)
    if given.hostname != visitor.node.name:
        return JSONResponse({"hostname": "", "ip": ""}, 409)
    with use.database.write() as session:
        claim, news = _claim(session, visitor, str(given.ip))
    if news:
        use.gateway.poke(visitor.resource.kind, visitor.resource.id)
    holder = Leader(hostname=claim.hostname, ip=claim.ip)
    return JSONResponse(holder.model_dump(), 201 if claim.won else 409)


def _claim(session: Session, visitor: Master, ip: str) -> tuple[Claim, bool]:
    """The claim, and whether it is news. Nobody removed meanwhile may win: who would clear it?"""
    found = visits.locked(session, visitor.node)
    if found.powerless or found.settled:
        return Claim(False, "", ""), False
    led_before = found.node.leading_at is not None
    claim = leadership.claim(session, found.node, ip)
    news = claim.won and not led_before
    if news:
        message = f"{found.node.name} starts the control plane"
        events.record(session, found.resource, "LeaderElected", message, node=found.node)
    return claim, news


@router.get("/leader", summary="Who leads")
def get_leader(use: Use, visitor: Master) -> JSONResponse:
    with use.database.read() as session:
        found = leadership.leader(session, visitor.resource.id)
        if found:
            return JSONResponse({"hostname": found.hostname, "ip": found.ip})
        # An established control plane is joined, whoever began it.
        ready = leadership.ready_member(session, visitor.resource.id)
    if ready:
        return JSONResponse({"hostname": ready.name, "ip": ready.address or ""})
    return JSONResponse(None, 404)


@router.get("/ready", summary="Whether the control plane can be joined")
def get_ready(use: Use, visitor: Member) -> ReadyState:
    with use.database.read() as session:
        ready = leadership.ready_member(session, visitor.resource.id) is not None
    return ReadyState(master=MasterState(ready=ready))
