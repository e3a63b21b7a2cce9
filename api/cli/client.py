"""HTTP to the API: documents in, documents out, and every problem as an error of ours."""

import ssl
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx
from httpx_sse import ServerSentEvent, SSEError, connect_sse

from api.cli.config import Connection
from api.cli.errors import Misused, Unreachable
from api.cli.problems import error_of

# POST /vcenters answers only after a login was tried.
TIMEOUT = httpx.Timeout(90.0, connect=5.0)
ATTEMPTS = 3

REPEATABLE = ("POST", "DELETE")

Document = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """`key` is the Idempotency-Key of a POST; one is made up if there is none."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    where: str
    body: object = None
    key: str | None = None


def path(*segments: str) -> str:
    """`/clusters/a%2Fb`: a name with odd characters stays one segment."""
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


class Api:
    """Every method raises an error of api.cli.errors when the answer isn't a success."""

    def __init__(self, connection: Connection) -> None:
        self.url = connection.url
        self._http = httpx.Client(
            base_url=connection.url,
            headers={"Authorization": f"Bearer {connection.token}"},
            timeout=TIMEOUT,
            verify=_verification(connection),
        )

    def close(self) -> None:
        self._http.close()

    def get(self, where: str, **query: str | int) -> Any:
        return self._send("GET", where, params=query, repeatable=True).json()

    def items(self, where: str, **query: str | int) -> list[Document]:
        found: list[Document] = self.get(where, **query)["items"]
        return found

    def text(self, where: str) -> str:
        return self._send("GET", where, repeatable=True).text

    def events(self, where: str, after: int, **query: str) -> Iterator[ServerSentEvent]:
        """A stream, from behind that id. It may break off: then Unreachable is raised."""
        headers = {"Last-Event-ID": str(after)}
        try:
            with connect_sse(self._http, "GET", where, headers=headers, params=query) as source:
                if not source.response.is_success:
                    source.response.read()
                    raise error_of(source.response)
                yield from source.iter_sse()
        except (httpx.TransportError, SSEError) as err:
            raise _unreachable(self.url, err) from err

    def change(self, change: Change, *, dry_run: bool = False) -> Document:
        """A POST is done once however often it is sent: each has an Idempotency-Key of its own."""
        headers = {}
        if change.method == "POST":
            headers["Idempotency-Key"] = change.key or str(uuid.uuid4())
        response = self._send(
            change.method,
            change.where,
            json=change.body,
            headers=headers,
            params={"dryRun": "true"} if dry_run else {},
            repeatable=change.method in REPEATABLE,
        )
        found: Document = response.json() if response.content else {}
        return found

    def _send(
        self, method: str, where: str, *, repeatable: bool = False, **request: Any
    ) -> httpx.Response:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self._http.request(method, where, **request)
                break
            except (httpx.TransportError, httpx.InvalidURL) as err:
                lost = isinstance(err, httpx.RemoteProtocolError | httpx.ReadError)
                if not (lost and repeatable) or attempt == ATTEMPTS:
                    raise _unreachable(self.url, err) from err
        if response.is_success:
            return response
        raise error_of(response)


def _verification(connection: Connection) -> ssl.SSLContext | bool:
    """Raises Misused."""
    if connection.url.startswith("http://"):
        return False  # no TLS, so spare loading the system's authorities
    if connection.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=connection.ca_file)
    except OSError as err:
        raise Misused(f"can't use {connection.ca_file} as CA: {err.strerror or err}") from err


def _unreachable(url: str, err: Exception) -> Unreachable:
    what = "answered too late" if isinstance(err, httpx.ReadTimeout) else "can't be reached"
    return Unreachable(
        f"the API at {url} {what}: {err or type(err).__name__}",
        "is it running, and is --url (or PKECTL_URL) right? A private CA goes to --ca-file.",
    )
