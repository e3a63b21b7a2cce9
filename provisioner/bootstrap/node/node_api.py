"""The service's node API, in the words of the Pipeline/PKE wire contract."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import ssl
import time
from collections.abc import Collection
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from .failures import Failure, Refused
from .waiting import pauses, say

REQUEST_SECONDS, STATUS_SECONDS = 30.0, 5.0


class Answer(NamedTuple):
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


class NodeApi:
    """The service's node API. Follows no redirect and no proxy: either would see the token."""

    def __init__(self, api: dict[str, Any], poll_seconds: float) -> None:
        url = urlsplit(api["url"])
        self._organisation = f"{url.path.rstrip('/')}/api/v1/orgs/{api['organisation']}"
        self._cluster = api["cluster"]
        self._token = api["token"]
        self._poll_seconds = poll_seconds
        kind: Any = http.client.HTTPConnection
        if url.scheme == "https":
            context = ssl.create_default_context(cadata=api["authority"])
            kind = functools.partial(http.client.HTTPSConnection, context=context)
        self._connect = functools.partial(kind, url.hostname, url.port)

    def certificates(self) -> dict[str, str]:
        query = f"tags=clusterID%3A{self._cluster}&type=pkecert&values=true"
        found = self._ask("GET", f"{self._organisation}/secrets?{query}").json()
        if len(found) != 1:
            raise Failure("the service has no certificates for this cluster")
        return dict(found[0]["values"])

    def claim_leadership(self, name: str, address: str) -> bool:
        """True for the one master that starts the cluster. The same node may claim again."""
        claim = {"hostname": name, "ip": address}
        return self._ask("POST", self._path("pke/leader"), claim, (200, 201, 409)).status != 409

    def leader_known(self) -> bool:
        return self._ask("GET", self._path("pke/leader"), settled=(200, 404)).status == 200

    def control_plane_ready(self) -> bool:
        return bool(self._ask("GET", self._path("pke/ready")).json()["master"]["ready"])

    def keepalived_config(self, interface: str) -> str:
        path = self._path("pke/keepalived?interface=" + quote(interface, safe=""))
        return self._ask("GET", path).body.decode()

    def join_parameters(self) -> dict[str, str]:
        return dict(self._ask("GET", self._path("bootstrap")).json())

    def image_registry_logins(self) -> list[dict[str, str]]:
        """server, username and password each."""
        return list(self._ask("GET", self._path("image-registry/logins")).json()["logins"])

    def etcd_member(self) -> dict[str, str]:
        """What this machine's etcd member runs with, once it may start."""
        return dict(self._ask("GET", self._path("etcd/member")).json())

    def load_balancer_values(self) -> dict[str, str]:
        """What stands for the words in a member's configuration that nobody else may know."""
        return dict(self._ask("GET", self._path("load-balancer/values")).json())

    def report_ready(self, body: dict[str, str]) -> None:
        self._ask("POST", self._path("pke/ready"), body, (200, 201, 202, 204))

    def report_status(self, body: dict[str, Any]) -> Answer:
        """One try. Raises OSError or HTTPException when nobody answers."""
        return self._call("POST", self._path("pke/status"), body, STATUS_SECONDS)

    def _path(self, rest: str) -> str:
        return f"{self._organisation}/clusters/{self._cluster}/{rest}"

    def _ask(
        self, method: str, path: str, body: Any = None, settled: Collection[int] = (200,)
    ) -> Answer:
        """Asks until the status is one of `settled`. Raises Refused where waiting is no use."""
        said, waits = "", pauses(self._poll_seconds)
        while True:
            try:
                answer = self._call(method, path, body, REQUEST_SECONDS)
                if answer.status in settled:
                    return answer
                outcome = f"{method} {path}: HTTP {answer.status}"
                if hopeless(method, answer.status):
                    raise Refused(f"refused by the service: {outcome}")
            except (OSError, http.client.HTTPException) as error:
                outcome = f"{method} {path}: {type(error).__name__}"
            if outcome != said:
                say(f"waiting for the service: {outcome}")
            said = outcome
            time.sleep(next(waits))

    def _call(self, method: str, path: str, body: Any, seconds: float) -> Answer:
        headers = {"Authorization": "Bearer " + self._token, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        with contextlib.closing(self._connect(timeout=seconds)) as connection:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(4 * 1024 * 1024))


def hopeless(method: str, status: int) -> bool:
    """A refused GET may be answered later. A POST's 4xx will not change, a bad token never."""
    if method == "POST":
        return 400 <= status < 500 and status not in (408, 425, 429)
    return status in (401, 403)
