"""From an answer that is no success to the error it means (RFC 9457 problem documents)."""

from typing import Any

import httpx

from api.cli.config import HOW_TO_GIVE_A_TOKEN
from api.cli.errors import CliError, Conflict, InvalidRequest, NotFound, Refused

ROLES = "a viewer reads, an operator changes clusters, an admin also vCenters: use such a token"
SHOWN = 500


def error_of(response: httpx.Response) -> CliError:
    body = _body(response)
    text = str(body.get("detail") or body.get("title") or _plain(response))
    if response.status_code == 401:
        return Refused(text, f"is the token right? {HOW_TO_GIVE_A_TOKEN}")
    if response.status_code == 403:
        return Refused(text, ROLES)
    if response.status_code == 404:
        return NotFound(text)
    if response.status_code == 409:
        return Conflict(text)
    if response.status_code == 422:
        return InvalidRequest(text, _faults(body))
    return CliError(text, _server_advice(response))


def _faults(body: dict[str, Any]) -> list[tuple[str, str]]:
    faults = body.get("faults") or []
    return [(str(one.get("path", "")), str(one.get("message", ""))) for one in faults]


def _server_advice(response: httpx.Response) -> str:
    if response.status_code < 500:
        return ""
    return "the service itself has trouble: look at /readyz, at its log and at the worker's"


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _plain(response: httpx.Response) -> str:
    return f"the API answered {response.status_code}: {response.text[:SHOWN]}"
