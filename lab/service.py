"""The product's API as the benchmark and the end-to-end tests use it."""

import ssl
import time
from typing import Any, Self

import httpx

from lab.stack.facts import StackFacts
from lab.waiting import pause

ENDED = ("succeeded", "failed", "superseded")
# The API may be killed and started again by whoever tests that.
AWAY_SECONDS = 30.0


class ServiceFailed(Exception):
    """The product did not do what was asked for."""


class Service:
    """A context manager, for its connections."""

    def __init__(self, facts: StackFacts) -> None:
        headers = {"Authorization": f"Bearer {facts.token}"}
        trusted = ssl.create_default_context(cafile=facts.ca_file)
        self._client = httpx.Client(base_url=facts.api, headers=headers, timeout=60, verify=trusted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def register(self, facts: StackFacts, root_folder: str = "/DC1/vm/kubernetes") -> None:
        vcenter = facts.vcenter
        body = {
            "name": vcenter.name,
            "host": vcenter.host,
            "port": vcenter.port,
            "username": vcenter.username,
            "password": vcenter.password,
            "thumbprint": vcenter.thumbprint,
            "rootFolder": root_folder,
        }
        self.ask("POST", "/vcenters", body)

    def create(self, document: dict[str, Any]) -> dict[str, Any]:
        return self.ask("POST", "/clusters", document)

    def resize(self, cluster: str, pool: str, **change: Any) -> dict[str, Any]:
        return self.ask("PATCH", f"/clusters/{cluster}/nodepools/{pool}", change)

    def delete(self, cluster: str) -> dict[str, Any]:
        return self.ask("DELETE", f"/clusters/{cluster}")

    def cluster(self, name: str) -> dict[str, Any]:
        return self.ask("GET", f"/clusters/{name}")

    def nodes(self, cluster: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.ask("GET", f"/clusters/{cluster}/nodes")["items"]
        return items

    def events(self, cluster: str, after: int = 0) -> list[dict[str, Any]]:
        path = f"/clusters/{cluster}/events?after={after}"
        items: list[dict[str, Any]] = self.ask("GET", path)["items"]
        return items

    def outcome(self, operation: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
        """The operation once it has ended, however. Raises ServiceFailed when it does not."""
        began = time.monotonic()
        while operation["state"] not in ENDED:
            waited = time.monotonic() - began
            if waited > seconds:
                raise ServiceFailed(f"still at {operation['percent']} %: {operation['steps']}")
            time.sleep(pause(waited))
            operation = self.ask("GET", f"/operations/{operation['id']}")
        return operation

    def succeeded(self, operation: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
        ended = self.outcome(operation, seconds)
        if ended["state"] != "succeeded":
            raise ServiceFailed(f"{ended['kind']} {ended['state']}: {ended['reason']}")
        return ended

    def ask(self, verb: str, path: str, body: object = None) -> dict[str, Any]:
        """Raises ServiceFailed with the problem that was answered."""
        answer = self.answer(verb, path, body)
        if answer.is_error:
            raise ServiceFailed(f"{verb} {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def text(self, path: str) -> str:
        return self.answer("GET", path).raise_for_status().text

    def answer(self, verb: str, path: str, body: object = None) -> httpx.Response:
        """Whatever it is. Raises httpx.TransportError when the API stays away."""
        began = time.monotonic()
        while True:
            try:
                return self._client.request(verb, path, json=body)
            except httpx.TransportError:
                waited = time.monotonic() - began
                if waited > AWAY_SECONDS:
                    raise
                time.sleep(pause(waited))
