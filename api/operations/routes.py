"""What was asked for, and how far it is. Operations outlive their cluster."""

from fastapi import APIRouter

from api.auth import Viewer
from api.operations.schemas import OperationList, OperationOut, shown
from api.services import Use
from provisioner.store import operations, resources

router = APIRouter(prefix="/operations", tags=["operations"])


@router.get("", summary="List operations, newest first")
def list_operations(use: Use, caller: Viewer, cluster: str | None = None) -> OperationList:
    """`cluster` takes an id, also of a deleted cluster, or the name of a live one."""
    with use.database.read() as session:
        found = operations.listed(session, caller.org_id, cluster)
        return OperationList(items=[shown(one, of) for one, of in found])


@router.get("/{operation_id}", summary="Show an operation with its steps")
def get_operation(operation_id: str, use: Use, caller: Viewer) -> OperationOut:
    with use.database.read() as session:
        found = operations.get(session, caller.org_id, operation_id)
        return shown(found, resources.get(session, found.resource_id))
