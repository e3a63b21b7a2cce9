"""Images and their builds on the wire."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from api.operations.schemas import StepOut
from api.resources import ResourceSummary, SeenCondition, conditions, document, summary
from api.schemas import Out
from provisioner.domain.spec.image import ImageSpec
from provisioner.store.image_uses import Use
from provisioner.store.images import Known
from provisioner.store.overviews import Overview
from provisioner.store.tables import Operation, Resource

BuildState = Literal["running", "succeeded", "failed", "cancelled"]


class ImageSummary(ResourceSummary):
    """`registeredAt` is when it became one that pools can stand on; until then it is being made.

    `os` and `kubernetesVersion` are what image queries look for.
    """

    source: str
    definition: str | None
    os: str | None
    kubernetes_version: str | None
    digest: str | None
    datastores: list[str]
    registered_at: datetime | None


class ImageList(Out):
    items: list[ImageSummary]


class TemplateOut(Out):
    name: str
    path: str
    datastore: str


class UseOut(Out):
    """`group`: the control plane or pool that is cloned from the image."""

    id: str
    kind: str
    name: str
    group: str | None


class ImageOut(ImageSummary):
    """`build` is the id at /images/builds. `report` is what the self-check found. `uses` are those
    of the own organisation."""

    build: str
    templates: list[TemplateOut]
    report: dict[str, Any]
    uses: list[UseOut]
    conditions: list[SeenCondition]
    spec: dict[str, Any]


class BuildOut(Out):
    """The making of an image, imports too. `phases` are the steps of its latest attempt."""

    id: str
    image: str
    source: str
    state: BuildState
    percent: int
    phases: list[StepOut]
    reason: str | None
    operation: str
    requested_by: str
    started_at: datetime
    finished_at: datetime | None


def listed(found: Overview[ImageSpec], known: Known) -> ImageSummary:
    return ImageSummary(**_summary(found, known))


def image(found: Overview[ImageSpec], known: Known, uses: Iterable[Use]) -> ImageOut:
    return ImageOut(
        **_summary(found, known),
        build=found.resource.id,
        templates=[TemplateOut.model_validate(one) for one in known.templates],
        report=known.row.report,
        uses=[_use(one) for one in uses if one.resource.org_id == found.resource.org_id],
        conditions=conditions(found.resource),
        spec=document(found.spec),
    )


def _summary(found: Overview[ImageSpec], known: Known) -> dict[str, Any]:
    return summary(found) | {
        "source": found.spec.source,
        "definition": found.spec.definition,
        "os": known.row.os,
        "kubernetes_version": known.row.kubernetes_version,
        "digest": known.row.digest,
        "datastores": sorted({one.datastore for one in known.templates}),
        "registered_at": known.row.registered_at,
    }


def _use(use: Use) -> UseOut:
    row = use.resource
    return UseOut(id=row.id, kind=row.kind, name=row.name, group=use.group)


def build(resource: Resource, spec: ImageSpec, operation: Operation) -> BuildOut:
    return BuildOut(
        id=resource.id,
        image=resource.name,
        source=spec.source,
        state=state(operation),
        percent=operation.percent,
        phases=[StepOut.model_validate(step) for step in operation.steps],
        reason=operation.reason,
        operation=operation.id,
        requested_by=operation.requested_by,
        started_at=operation.started_at,
        finished_at=operation.finished_at,
    )


def state(operation: Operation) -> BuildState:
    """Only a deletion supersedes the latest attempt."""
    states: dict[str, BuildState] = {"succeeded": "succeeded", "failed": "failed"}
    return states.get(operation.state, "cancelled" if operation.finished_at else "running")
