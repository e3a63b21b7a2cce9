"""Query parameters: nothing unknown is accepted silently, nothing is given twice."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from provisioner.domain.faults import Fault, InvalidRequest

DryRun = Annotated[
    bool, Query(alias="dryRun", description="Answer the plan; change and reserve nothing.")
]


async def only_known(request: Request) -> None:
    route = request.scope["route"]
    if not isinstance(route, APIRoute):
        return
    known = {field.alias for field in get_flat_params(route.dependant) if _is_query(field)}
    given = [name for name, _ in request.query_params.multi_items()]
    faults = [
        Fault(name, "is not a known parameter; remove it or check its spelling")
        for name in sorted(set(given) - known)
    ]
    faults += [Fault(name, "is given more than once") for name in known if given.count(name) > 1]
    if faults:
        raise InvalidRequest(sorted(faults))


def _is_query(field: object) -> bool:
    return type(getattr(field, "field_info", None)).__name__ == "Query"
