"""The making of images: how far it is, cancelling it, trying again."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.images import schemas
from api.images.schemas import BuildOut
from api.json_body import NoBody
from api.operations.schemas import OperationOut
from api.services import Use
from api.transactions import Transaction
from provisioner.domain.images import KIND
from provisioner.store import images, resources
from provisioner.store.errors import Conflict
from provisioner.store.tables import Resource

router = APIRouter(prefix="/images/builds/{build}", tags=["images"])


@router.get("", summary="Show how far the making of an image is, by its id or the image's name")
def get_build(build: str, use: Use, caller: Viewer) -> BuildOut:
    with use.database.read() as session:
        found = resources.find_ever(session, caller.org_id, KIND, build)
        operation = images.making(session, found.id)
        return schemas.build(found, images.spec_of(session, found), operation)


@router.post(
    "/cancel",
    summary="Stop the making of an image, and remove what it has left",
    status_code=202,
    response_model=OperationOut,
)
def cancel_build(
    build: str, use: Use, caller: Operator, body: NoBody, repeatable: Repeatable
) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)
    return transaction.delete(build, _refuse_to_cancel).response()


@router.post(
    "/retry",
    summary="Make the image again after a failure, from the phase that failed",
    status_code=202,
    response_model=OperationOut,
)
def retry_build(
    build: str, use: Use, caller: Operator, body: NoBody, repeatable: Repeatable
) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)
    return transaction.retry(build, _refuse_to_retry).response()


def _refuse_to_cancel(session: Session, resource: Resource) -> None:
    if images.get(session, resource.id).registered_at:
        raise Conflict(f"image {resource.name} is made already; delete it if it is to go")


def _refuse_to_retry(session: Session, resource: Resource) -> None:
    """Its phases would be shown with the times at which nothing was found to do."""
    made = images.get(session, resource.id).registered_at is not None
    if made and images.making(session, resource.id).state == "succeeded":
        advice = "another one of the same is made by force"
        raise Conflict(f"image {resource.name} is made already; {advice}")
