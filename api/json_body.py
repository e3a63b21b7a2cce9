"""Reading a JSON body so that nothing a client sends can hurt, and nothing is guessed."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request

from api.problems import Problem

LIMIT_BYTES = 1024 * 1024
_DEEPEST = 32


@dataclass(frozen=True)
class Body:
    raw: bytes
    value: Any


async def required(request: Request) -> Body:
    """Raises Problem 400, 413 or 415."""
    raw = await _read(request)
    _require_json(request)
    return Body(raw, parse(raw))


async def absent(request: Request) -> Body:
    """For a POST that says everything by its path. An empty object is as good as nothing."""
    raw = await _read(request)
    if raw.strip() not in (b"", b"{}"):
        raise Problem(400, "this request takes no body")
    return Body(raw, None)


async def optional(request: Request) -> Body:
    """For a POST that may be told more. Nothing is as good as an empty object."""
    raw = await _read(request)
    if not raw.strip():
        return Body(raw, {})
    _require_json(request)
    return Body(raw, parse(raw))


Json = Annotated[Body, Depends(required)]
OptionalJson = Annotated[Body, Depends(optional)]
NoBody = Annotated[Body, Depends(absent)]


def parse(raw: bytes) -> Any:
    """Raises Problem 400, also for what JSON libraries like to let pass."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_without_duplicates, parse_constant=_no_number
        )
        _check(value)
    except RecursionError:
        raise Problem(400, "the body is nested too deeply") from None
    except ValueError as err:
        raise Problem(400, f"the body is not valid JSON: {_reason(err)}") from None
    return value


async def _read(request: Request) -> bytes:
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > LIMIT_BYTES:
            raise Problem(413, f"the body is larger than {LIMIT_BYTES} bytes")
    return bytes(chunks)


def _require_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "send the body as Content-Type: application/json")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is given twice")
        found[key] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _check(value: Any) -> None:
    """Refuses depth, and text that no database stores: NUL and half characters."""
    level = [value]
    for _ in range(_DEEPEST):
        texts = [one for one in level if isinstance(one, str)]
        texts += [key for one in level if isinstance(one, dict) for key in one]
        if any("\0" in text for text in texts):
            raise ValueError("a text holds a NUL character")
        "".join(texts).encode()
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise RecursionError


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeError):
        return "a text is not UTF-8"
    return str(error)
