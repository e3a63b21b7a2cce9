"""What the worker costs others, for Prometheus: SOAP requests and SQL statements."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from workflows.composition import Composition


class WorkerCollector(Collector):
    def __init__(self, composition: Composition) -> None:
        self._composition = composition

    def collect(self) -> Iterator[Metric]:
        soap = CounterMetricFamily(
            "pke_vcenter_requests", "SOAP requests sent to vCenters.", labels=["method"]
        )
        for method, count in sorted(self._composition.connections.requests().items()):
            soap.add_metric([method], count)
        yield soap
        sql = CounterMetricFamily("pke_sql_statements", "SQL statements executed.")
        sql.add_metric([], self._composition.database.statements)
        yield sql


def serve_metrics(listen: str, composition: Composition) -> None:
    """In a thread of its own, until the process ends. Nothing when `listen` is empty."""
    if not listen:
        return
    host, _, port = listen.rpartition(":")
    registry = CollectorRegistry()
    registry.register(WorkerCollector(composition))
    start_http_server(int(port), host or "127.0.0.1", registry)
