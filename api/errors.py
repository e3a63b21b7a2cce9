"""From errors to problem documents: one table."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException

from api import problems
from api.gateway import NoAnswer
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.images.errors import DefinitionError, DefinitionUnknown
from provisioner.store.errors import Conflict, NotFound, SchemaOutdated, Taken
from provisioner.vault.errors import VaultError

_log = logging.getLogger(__name__)

# The first class that fits decides.
TABLE: tuple[tuple[type[ProvisionerError], int], ...] = (
    (InvalidRequest, 422),
    (NotFound, 404),
    (Taken, 409),
    (Conflict, 409),
    (SchemaOutdated, 503),
    (DefinitionUnknown, 404),
    (DefinitionError, 503),
    (NoAnswer, 504),
    (VaultError, 503),
    (ProvisionerError, 500),
)
RETRY_SOON = {"Retry-After": "2"}


def install(app: FastAPI) -> None:
    app.add_exception_handler(ProvisionerError, _ours)
    app.add_exception_handler(problems.Problem, _problem)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(IntegrityError, _collision)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(Exception, _unexpected)


def status_of(error: ProvisionerError) -> int:
    return next(status for kind, status in TABLE if isinstance(error, kind))


async def _ours(request: Request, error: Any) -> JSONResponse:
    status = status_of(error)
    if status >= 500:
        _log.warning("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, InvalidRequest):
        count = len(error.faults)
        detail = f"the request has {count} fault{'s' if count > 1 else ''}"
        return problems.response(status, detail, faults=error.faults)
    return problems.response(status, str(error), headers=RETRY_SOON if error.transient else None)


async def _problem(request: Request, error: Any) -> JSONResponse:
    return problems.response(error.status, error.detail, headers=error.headers)


async def _parameters(request: Request, error: Any) -> JSONResponse:
    faults = [Fault(".".join(map(str, one["loc"][1:])), one["msg"]) for one in error.errors()]
    return problems.response(422, "a parameter of the request is wrong", faults=faults)


async def _http(request: Request, error: Any) -> JSONResponse:
    detail = {
        404: f"there is nothing at {request.url.path}; see /docs",
        405: f"{request.method} is not possible here; see /docs",
    }
    return problems.response(
        error.status_code,
        detail.get(error.status_code, str(error.detail)),
        headers=error.headers,
    )


async def _collision(request: Request, error: Any) -> JSONResponse:
    return problems.response(409, "somebody else changed the same thing just now; ask again")


async def _database(request: Request, error: Any) -> JSONResponse:
    _log.error("%s %s: the database failed: %s", request.method, request.url.path, error.orig)
    detail = "the database can't answer at present; ask again"
    return problems.response(503, detail, headers=RETRY_SOON)


async def _unexpected(request: Request, error: Any) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problems.response(500, "an unexpected error; the service's log has it")
