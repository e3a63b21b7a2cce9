"""What the `pke` program needs of our paths, before any route or error handler is asked."""

import logging
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Below whatever base path a node was told.
_LEADER = re.compile(r"/pke/leader/*$")
_NODES = "/api/v1/"
_log = logging.getLogger(__name__)


class LeadingSlashes:
    """A base URL that ends in a slash makes paths that begin with two."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("//"):
            scope = {**scope, "path": "/" + scope["path"].lstrip("/")}
        await self._app(scope, receive, send)


class OneCallPerConnection:
    """Closes a node's connection after each answer.

    A connection that idles until we close it can be chosen for the next POST at that very moment;
    pke fails for good when one is reset.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"connection", b"close")]
                message = {**message, "headers": headers}
            await send(message)

        nodes = scope["type"] == "http" and scope["path"].startswith(_NODES)
        await self._app(scope, receive, closing if nodes else send)


class LeaderRefusals:
    """Turns every refusal of a leadership claim into a 409.

    pke takes any other 4xx for a victory and starts a second control plane, so this stands
    before authentication, parsing and routing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_claim = (
            scope["type"] == "http" and scope["method"] == "POST" and _LEADER.search(scope["path"])
        )
        if not is_claim:
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start" and not _understood(message["status"]):
                _log.warning("a leadership claim was refused: %s", message["status"])
                message = {**message, "status": 409}
            await send(message)

        await self._app(scope, receive, guarded)


def _understood(status: int) -> bool:
    return status in (200, 201, 409) or status >= 500
