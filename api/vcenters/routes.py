"""vCenters: register, look, remove. Passwords go to Vault and never come back."""

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from api.answers import Repeatable
from api.auth import Admin, Viewer
from api.documents import body_of
from api.json_body import Json
from api.services import Use
from api.vcenters.records import Records
from api.vcenters.registering import change, register
from api.vcenters.schemas import (
    InventoryOut,
    NewVCenter,
    VCenterChange,
    VCenterList,
    VCenterOut,
    shown_inventory,
)
from provisioner.store import inventory, vcenters

router = APIRouter(prefix="/vcenters", tags=["vCenters"])


@router.post(
    "",
    summary="Register a vCenter; the login is tried first",
    status_code=201,
    response_model=VCenterOut,
    openapi_extra=body_of(NewVCenter),
)
async def register_vcenter(use: Use, caller: Admin, body: Json, repeatable: Repeatable) -> Response:
    answer = await register(use, caller, body, repeatable)
    return answer.response()


@router.get("", summary="List the organisation's vCenters")
def list_vcenters(use: Use, caller: Viewer) -> VCenterList:
    with use.database.read() as session:
        found = vcenters.listed(session, caller.org_id)
        return VCenterList(items=[VCenterOut.model_validate(row) for row in found])


@router.get("/{name}", summary="Show a vCenter")
def get_vcenter(name: str, use: Use, caller: Viewer) -> VCenterOut:
    with use.database.read() as session:
        return VCenterOut.model_validate(vcenters.find(session, caller.org_id, name))


@router.get("/{name}/inventory", summary="What a cluster's document can name there")
def get_inventory(name: str, use: Use, caller: Viewer) -> InventoryOut:
    with use.database.read() as session:
        found = vcenters.find(session, caller.org_id, name)
        return shown_inventory(found, inventory.load(session, found.id).objects)


@router.patch(
    "/{name}",
    summary="Give new credentials; the login is tried first",
    openapi_extra=body_of(VCenterChange),
)
async def change_vcenter(name: str, use: Use, caller: Admin, body: Json) -> VCenterOut:
    return await change(use, caller, name, body)


@router.delete("/{name}", summary="Forget a vCenter where nothing stands", status_code=204)
async def delete_vcenter(name: str, use: Use, caller: Admin) -> Response:
    def discard() -> str:
        with use.database.read() as session:
            found = vcenters.find(session, caller.org_id, name)
        Records(use, caller.org_id).discard(found.id)
        return found.id

    await use.gateway.end_watch(await run_in_threadpool(discard))
    return Response(status_code=204)
