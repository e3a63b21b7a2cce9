"""Answers of changing requests, and answering a repeated POST as the first time."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request

from provisioner.store import idempotency

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A repeated request with the same key gets the first one's answer.",
    ),
]


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, status_code=self.status, headers=self.headers)


def of(status: int, body: BaseModel, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, body.model_dump(mode="json", by_alias=True), headers or {})


@dataclass(frozen=True)
class Repetition:
    """The request's Idempotency-Key, if it has one."""

    key: str | None
    request_line: str

    def first_answer(self, session: Session, org_id: int, body: bytes) -> Answer | None:
        """Raises Conflict when the key came with another request before."""
        if self.key is None:
            return None
        found = idempotency.recall(session, org_id, self.key, self._digest(body))
        return Answer(found.status, found.body, found.headers) if found else None

    def keep(self, session: Session, org_id: int, body: bytes, answer: Answer) -> None:
        if self.key is not None:
            row = idempotency.answer(
                org_id, self.key, self._digest(body), answer.status, answer.headers, answer.body
            )
            idempotency.remember(session, row)

    def _digest(self, body: bytes) -> str:
        method, _, path = self.request_line.partition(" ")
        return idempotency.digest(method, path, _without_secrets(body))


def _without_secrets(body: bytes) -> bytes:
    """A digest of a password would let whoever reads the database guess it at leisure."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if isinstance(document, dict):
        for secret in ("password", "values"):
            document.pop(secret, None)
    return json.dumps(document, sort_keys=True).encode()


def _repetition(request: Request, key: Key = None) -> Repetition:
    path = f"{request.url.path}?{request.url.query}"
    return Repetition(key, f"{request.method} {path}")


Repeatable = Annotated[Repetition, Depends(_repetition)]
