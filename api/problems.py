"""Problem documents (RFC 9457): the one form of every error."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from provisioner.domain.faults import Fault


class FaultOut(BaseModel):
    """`path` is the field as it was written, such as `nodePools.0.size`."""

    path: str
    message: str


class ProblemOut(BaseModel):
    type: str = "about:blank"
    title: str
    status: int
    detail: str
    faults: list[FaultOut] | None = None


class Problem(Exception):
    """Raised by routes and dependencies where no error of the domain fits."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def response(
    status: int,
    detail: str,
    *,
    faults: Sequence[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = ProblemOut(title=HTTPStatus(status).phrase, status=status, detail=detail)
    if faults is not None:
        body.faults = [FaultOut(path=one.path, message=one.message) for one in faults]
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )
