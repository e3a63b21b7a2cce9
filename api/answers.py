"""Answers of changing requests, and answering a repeated POST as the first time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Self

from fastapi import Depends, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, SecretStr
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

KeyedDigest = Callable[[SecretStr], str]
# Whether what was made under an id is still there.
Stands = Callable[[Session, str], bool]
_SECRETS = ("password", "values")


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, status_code=self.status, headers=self.headers)


def of(status: int, body: BaseModel, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, body.model_dump(mode="json", by_alias=True), headers or {})


def _always(_: Session, __: str) -> bool:
    return True


@dataclass(frozen=True)
class Repetition:
    """The request's Idempotency-Key, if it has one.

    An answer counts as long as what it tells of `stands`.
    """

    key: str | None
    request_line: str
    secrets: str = ""
    stands: Stands = _always

    def sealed(self, body: bytes, digest: KeyedDigest, stands: Stands) -> Self:
        """Knows the secrets in the body as well, by a digest. Blocking; before any transaction."""
        _, secrets = _split(body)
        if self.key is None or not secrets:
            return self
        sealed = digest(SecretStr(json.dumps(secrets, sort_keys=True)))
        return replace(self, secrets=sealed, stands=stands)

    def first_answer(self, session: Session, org_id: int, body: bytes) -> Answer | None:
        """Raises Conflict when the key came with another request before."""
        if self.key is None:
            return None
        found = idempotency.recall(session, org_id, self.key, self._digest(body))
        if found is None or not self.stands(session, found.body.get("id", "")):
            return None
        return Answer(found.status, found.body, found.headers)

    def keep(self, session: Session, org_id: int, body: bytes, answer: Answer) -> None:
        if self.key is None:
            return
        digest = self._digest(body)
        before = idempotency.recall(session, org_id, self.key, digest)
        if before and not self.stands(session, before.body.get("id", "")):
            idempotency.forget(session, before)
        row = idempotency.answer(
            org_id, self.key, digest, answer.status, answer.headers, answer.body
        )
        idempotency.remember(session, row)

    def _digest(self, body: bytes) -> str:
        method, _, path = self.request_line.partition(" ")
        document, _ = _split(body)
        return idempotency.digest(method, path, f"{document}\n{self.secrets}".encode())


def _split(body: bytes) -> tuple[str, dict[str, Any]]:
    """The body without its secrets, and these: a plain digest of a password would let whoever
    reads the database guess it at leisure.
    """
    document = json.loads(body) if body.strip() else None
    if not isinstance(document, dict):
        return json.dumps(document), {}
    secrets = {name: document.pop(name) for name in _SECRETS if name in document}
    return json.dumps(document, sort_keys=True), secrets


async def _repetition(request: Request, key: Key = None) -> Repetition:
    path = f"{request.url.path}?{request.url.query}"
    return Repetition(key, f"{request.method} {path}")


Repeatable = Annotated[Repetition, Depends(_repetition)]
