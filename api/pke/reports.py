"""Status and ready: what nodes tell. Fast, and harmless to repeat."""

from fastapi import APIRouter

from api.json_body import Json
from api.pke import bodies
from api.pke.prefixes import PKE
from api.pke.schemas import Process, ReadyReport, StatusReport
from api.pke.visitors import Reporter
from api.services import Use
from provisioner.store import visits

router = APIRouter(prefix=PKE)


@router.post("/status", status_code=202, summary="A node's progress")
def report_status(use: Use, visitor: Reporter, body: Json) -> Process:
    """The id stands for the node's one run, so it needs no record."""
    report = bodies.read(StatusReport, body.value)
    if not visitor.settled:
        _note(use, visitor, report)
    return Process(process_id=visitor.node.id)


def _note(use: Use, visitor: Reporter, report: StatusReport) -> None:
    node = visitor.node
    if report.final and report.status == "failed":
        with use.database.write() as session:
            news = visits.note_failure(session, node, report.text)
        if news:
            use.gateway.poke(visitor.resource.kind, visitor.resource.id)
        return
    remarkable = report.final or report.status == "failed"
    if node.progress == report.text and not remarkable:
        return
    with use.database.write() as session:
        visits.note_progress(session, node, report.text)
        if remarkable:
            message = f"{node.name}: {report.text}"
            visits.note_once(session, node, _reason(report), message)


def _reason(report: StatusReport) -> str:
    """A node fails once, by its final report; pke reports the failing step before."""
    return "NodeStepFailed" if report.status == "failed" else f"Node{report.status.title()}"


@router.post("/ready", summary="A node is ready")
def report_ready(use: Use, visitor: Reporter, body: Json) -> dict[str, str]:
    bodies.read(ReadyReport, body.value)
    if not visitor.settled:
        with use.database.write() as session:
            news = visits.report_ready(session, visitor.node)
        if news:
            use.gateway.poke_admission(visitor.resource.kind, visitor.resource.id)
    return {}
