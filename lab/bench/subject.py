"""The product under measurement: its API, and the counters of its processes."""

import time
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from lab.service import Service
from lab.stack.facts import StackFacts


class Subject(Service):
    def __init__(self, facts: StackFacts, worker_metrics: str) -> None:
        super().__init__(facts)
        self._worker_metrics = f"http://{worker_metrics}/metrics"

    def made(self, document: dict[str, Any]) -> str:
        """The cluster's id, once it runs."""
        cluster: str = self.succeeded(self.create(document))["cluster"]["id"]
        return cluster

    def seconds_to_grow(self, cluster: str, pool: str, size: int) -> float:
        """Until every node of the new size is ready."""
        began = time.monotonic()
        self.succeeded(self.resize(cluster, pool, size=size), 600)
        return time.monotonic() - began

    def seconds_to_delete(self, cluster: str) -> float:
        began = time.monotonic()
        self.succeeded(self.delete(cluster), 600)
        return time.monotonic() - began

    def node_ids(self, cluster: str) -> list[str]:
        return [node["id"] for node in self.nodes(cluster)]

    def soap(self) -> dict[str, int]:
        """SOAP requests of the worker so far, by method."""
        return {
            sample.labels["method"]: int(sample.value)
            for sample in _samples(httpx.get(self._worker_metrics).text)
            if sample.name == "pke_vcenter_requests_total"
        }

    def statements(self) -> int:
        """SQL statements of API and worker so far."""
        texts = (httpx.get(self._worker_metrics).text, self.text("/metrics"))
        found = (sample for text in texts for sample in _samples(text))
        return sum(int(one.value) for one in found if one.name == "pke_sql_statements_total")


def _samples(text: str) -> list[Any]:
    families = text_string_to_metric_families(text)
    return [sample for family in families for sample in family.samples]
