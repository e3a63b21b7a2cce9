"""Secrets that documents name: create, list, delete. Values go to Vault and never come back."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.documents import body_of
from api.json_body import Json
from api.operations.schemas import shown
from api.secrets.records import Records
from api.secrets.replacing import Replacing
from api.secrets.schemas import NewSecret, NewValues, ReplacedOut, SecretList, SecretOut
from api.services import Use
from provisioner.store import secrets
from provisioner.store.secrets import SecretType

router = APIRouter(prefix="/secrets", tags=["secrets"])


@router.post(
    "",
    summary="Store credentials that documents can name",
    status_code=201,
    response_model=SecretOut,
    openapi_extra=body_of(NewSecret),
)
def create_secret(use: Use, caller: Operator, body: Json, repeatable: Repeatable) -> Response:
    return Records(use, caller).create(body, repeatable).response()


@router.get("", summary="List the organisation's secrets, without their values")
def list_secrets(
    use: Use,
    caller: Viewer,
    of_type: Annotated[
        SecretType | None, Query(alias="type", description="Only those of this type.")
    ] = None,
) -> SecretList:
    with use.database.read() as session:
        found = secrets.listed(session, caller.org_id, of_type)
        return SecretList(items=[SecretOut.model_validate(row) for row in found])


@router.get("/{name}", summary="Show a secret, without its values")
def get_secret(name: str, use: Use, caller: Viewer) -> SecretOut:
    with use.database.read() as session:
        return SecretOut.model_validate(secrets.find(session, caller.org_id, name))


@router.put(
    "/{name}",
    summary="Replace the values of a secret; load balancers and clusters' new nodes follow",
    openapi_extra=body_of(NewValues),
)
def replace_secret(name: str, use: Use, caller: Operator, body: Json) -> ReplacedOut:
    changed, rolled = Replacing(use, caller).replace(name, body)
    operations = [shown(operation, resource) for resource, operation in rolled]
    secret = SecretOut.model_validate(changed)
    return ReplacedOut(**secret.model_dump(), operations=operations)


@router.delete("/{name}", summary="Delete a secret that no document names", status_code=204)
def delete_secret(name: str, use: Use, caller: Operator) -> Response:
    Records(use, caller).delete(name)
    return Response(status_code=204)
