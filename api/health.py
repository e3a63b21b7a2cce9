"""Whether the process lives, and whether what it needs answers."""

import logging

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.services import Services, Use
from provisioner.vault.errors import VaultError

router = APIRouter(tags=["service"])
_log = logging.getLogger(__name__)


class Health(BaseModel):
    status: str


class Readiness(BaseModel):
    """`checks`: ok or unavailable, for each thing the service needs. `worker`: ok or missing; the
    API does without, but what it accepts then waits.
    """

    status: str
    checks: dict[str, str]
    worker: str


@router.get("/", include_in_schema=False)
def get_root() -> dict[str, str]:
    """What somebody who knows only the host looks for."""
    return {"description": "/openapi.json", "documentation": "/docs", "readiness": "/readyz"}


@router.get("/healthz", summary="The process lives")
def get_health() -> Health:
    return Health(status="ok")


@router.get(
    "/readyz", summary="What the service needs answers", responses={503: {"model": Readiness}}
)
async def get_readiness(use: Use, response: Response) -> Readiness:
    checks = await _checks(use)
    ready = all(checks.values())
    response.status_code = 200 if ready else 503
    return Readiness(
        status="ok" if ready else "unavailable",
        checks={name: "ok" if fine else "unavailable" for name, fine in checks.items()},
        worker="ok" if await use.gateway.has_worker() else "missing",
    )


async def warn_of_the_missing(use: Services) -> None:
    """Logs what does not answer. The API serves all the same: services start in any order."""
    missing = sorted(name for name, fine in (await _checks(use)).items() if not fine)
    for name in missing:
        _log.warning("%s can't be used yet; /readyz says when it can", name)


async def _checks(use: Services) -> dict[str, bool]:
    return {
        "database": await run_in_threadpool(_database, use),
        "vault": await run_in_threadpool(_vault, use),
        "temporal": await use.gateway.healthy(),
    }


def _database(use: Services) -> bool:
    """Whether it could be written to: reading alone serves nobody."""
    try:
        with use.database.rehearse() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _vault(use: Services) -> bool:
    try:
        use.vault.node_token_keys()
    except VaultError:
        return False
    return True
