"""The product under measurement: its API, and the counters of its processes."""

import time
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from lab.stack.facts import StackFacts

ENDED = ("succeeded", "failed", "superseded")


class BenchFailed(Exception):
    """What was to be measured did not work."""


class Subject:
    def __init__(self, facts: StackFacts, worker_metrics: str) -> None:
        self._worker_metrics = f"http://{worker_metrics}/metrics"
        headers = {"Authorization": f"Bearer {facts.token}"}
        self._client = httpx.Client(base_url=facts.api, headers=headers, timeout=60)

    def register(self, facts: StackFacts, root_folder: str) -> None:
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
        self._ask("POST", "/vcenters", body)

    def create(self, document: dict[str, Any]) -> str:
        """The cluster's id, once it runs."""
        operation = self._ask("POST", "/clusters", document)
        self._await(operation)
        cluster: str = operation["cluster"]["id"]
        return cluster

    def resize(self, cluster: str, pool: str, size: int) -> float:
        """Seconds until every node of the new size is ready."""
        began = time.monotonic()
        operation = self._ask("PATCH", f"/clusters/{cluster}/nodepools/{pool}", {"size": size})
        self._await(operation)
        return time.monotonic() - began

    def delete(self, cluster: str) -> float:
        began = time.monotonic()
        self._await(self._ask("DELETE", f"/clusters/{cluster}"))
        return time.monotonic() - began

    def nodes(self, cluster: str) -> list[str]:
        items = self._ask("GET", f"/clusters/{cluster}/nodes")["items"]
        return [item["id"] for item in items]

    def soap(self) -> dict[str, int]:
        """SOAP requests of the worker so far, by method."""
        return {
            sample.labels["method"]: int(sample.value)
            for sample in self._samples(self._worker_metrics)
            if sample.name == "pke_vcenter_requests_total"
        }

    def statements(self) -> int:
        """SQL statements of API and worker so far."""
        found = [*self._samples(self._worker_metrics), *self._samples("/metrics")]
        return sum(int(s.value) for s in found if s.name == "pke_sql_statements_total")

    def _samples(self, url: str) -> list[Any]:
        text = self._client.get(url).raise_for_status().text
        families = text_string_to_metric_families(text)
        return [sample for family in families for sample in family.samples]

    def _ask(self, verb: str, path: str, body: object = None) -> Any:
        answer = self._client.request(verb, path, json=body)
        if answer.is_error:
            raise BenchFailed(f"{verb} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def _await(self, operation: dict[str, Any], seconds: float = 600) -> None:
        deadline = time.monotonic() + seconds
        while operation["state"] not in ENDED:
            if time.monotonic() > deadline:
                raise BenchFailed(f"{operation['kind']} is at {operation['percent']} %")
            time.sleep(0.1)
            operation = self._ask("GET", f"/operations/{operation['id']}")
        if operation["state"] != "succeeded":
            raise BenchFailed(f"{operation['kind']} {operation['state']}: {operation['reason']}")
