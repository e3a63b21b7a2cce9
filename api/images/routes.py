"""Images: the catalogue of node templates that pools can stand on."""

from collections.abc import Collection

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api import answers
from api.answers import Answer, Repeatable
from api.auth import Operator, Viewer
from api.documents import body_of
from api.events import After, EventList, Limit, events_of
from api.images import schemas
from api.images.admission import Admitted, admit_build, admit_import, check_name
from api.images.catalogue import already_made, shown
from api.images.changes import ImageChange, add_copies, change_copies
from api.json_body import Json
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.images import KIND
from provisioner.domain.spec.image import ImageBuild, ImageImport, ImageSpec
from provisioner.images.definitions import Definitions
from provisioner.store import events, image_uses, images, resources
from provisioner.store.overviews import overviews
from provisioner.store.tables import Resource

router = APIRouter(prefix="/images", tags=["images"])


@router.post(
    "/builds",
    summary="Build an image, or copy the one of exactly the same to where it is missing",
    status_code=202,
    response_model=OperationOut,
    responses={200: {"model": schemas.ImageOut, "description": "The image that is there already"}},
    openapi_extra=body_of(ImageBuild),
)
def build_image(use: Use, caller: Operator, body: Json, repeatable: Repeatable) -> Response:
    definitions = Definitions(use.settings.image_definitions)
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)

    def create(session: Session) -> Changed | Answer:
        request, admitted = admit_build(session, caller.org_id, body.value, definitions)
        if not request.force and (found := already_made(session, caller.org_id, admitted)):
            return _same(transaction, session, admitted, found)
        check_name(session, caller.org_id, admitted.spec)
        return _begin(transaction, session, admitted)

    return transaction.run(create, lambda made: f"/images/builds/{made.id}").response()


@router.post(
    "/import",
    summary="Register a template made elsewhere, once it has booted in a test",
    status_code=202,
    response_model=OperationOut,
    openapi_extra=body_of(ImageImport),
)
def import_image(use: Use, caller: Operator, body: Json, repeatable: Repeatable) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)

    def create(session: Session) -> Changed:
        admitted = admit_import(session, caller.org_id, body.value)
        return _begin(transaction, session, admitted)

    return transaction.run(create, lambda made: f"/images/builds/{made.id}").response()


@router.get("", summary="List the organisation's images, also those being made")
def list_images(use: Use, caller: Viewer) -> schemas.ImageList:
    with use.database.read() as session:
        rows = resources.listed(session, caller.org_id, KIND)
        found = overviews(session, rows, ImageSpec)
        known = images.known(session, [row.id for row in rows])
        return schemas.ImageList(items=list(map(schemas.listed, found, known)))


@router.get("/{image}", summary="Show an image, by id or name; deleted ones by id")
def get_image(image: str, use: Use, caller: Viewer) -> schemas.ImageOut:
    with use.database.read() as session:
        return shown(session, resources.find_ever(session, caller.org_id, KIND, image))


@router.get("/{image}/events", summary="Read an image's history, oldest first")
def list_image_events(
    image: str, use: Use, caller: Viewer, after: After = 0, limit: Limit = 500
) -> EventList:
    return events_of(use, caller, (KIND, image), after, limit)


@router.patch(
    "/{image}",
    summary="Have an image copied to further datastores",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(ImageChange),
)
def change_image(
    image: str, use: Use, caller: Operator, body: Json, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run, kind=KIND)

    def change(session: Session) -> Changed:
        resource = transaction.locked(session, image)
        return resource, change_copies(session, resource, body.value, caller.name)

    return transaction.run(change).response()


@router.delete(
    "/{image}",
    summary="Delete an image that nothing stands on",
    status_code=202,
    response_model=OperationOut,
)
def delete_image(image: str, use: Use, caller: Operator) -> Response:
    """An imported image's own template stays: only copies of it are removed."""
    transaction = Transaction(use, caller, kind=KIND)
    return transaction.delete(image, image_uses.refuse_when_used).response()


def _begin(transaction: Transaction, session: Session, admitted: Admitted) -> Changed:
    spec = admitted.spec
    resource, operation = transaction.create(session, spec.name, admitted.vcenter.id, spec)
    images.begin(session, resource, spec)
    _tell(session, resource, admitted, spec.copies)
    return resource, operation


def _same(
    transaction: Transaction,
    session: Session,
    admitted: Admitted,
    found: tuple[Resource, tuple[str, ...]],
) -> Changed | Answer:
    """The image that is there, or the operation that copies it to where it is missing."""
    resource, lacking = found
    if not lacking:
        headers = {"Content-Location": f"/images/{resource.id}"}
        return answers.of(200, shown(session, resource), headers)
    locked = transaction.locked(session, resource.id)
    operation = add_copies(session, locked, lacking, transaction.caller.name)
    _tell(session, locked, admitted, lacking)
    return locked, operation


def _tell(
    session: Session, resource: Resource, admitted: Admitted, datastores: Collection[str]
) -> None:
    """Why it gets copies that nobody named."""
    for need in admitted.needs:
        if need.datastore in datastores:
            events.record(session, resource, "CopyChosen", str(need))
