"""Counts for Prometheus: how many of what, in which state. No names of anything."""

import time
from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioner.store import counts
from provisioner.store.database import Database

router = APIRouter(tags=["service"])


class Metrics:
    """One registry per application: nothing is shared between two in one process."""

    def __init__(self, database: Database) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(StateCollector(database))
        self.requests = Counter(
            "pke_http_requests",
            "Answered requests.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "pke_http_request_seconds",
            "Time to answer.",
            ("method", "route"),
            registry=self.registry,
        )


class StateCollector(Collector):
    """Asks the database when it is asked itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterator[Metric]:
        return iter(())  # registering must not need the database

    def collect(self) -> Iterator[Metric]:
        with self._database.read() as session:
            yield _family("pke_clusters", "status", counts.clusters_by_status(session))
            yield _family("pke_nodes", "phase", counts.nodes_by_phase(session))
            yield _family("pke_operations", "state", counts.operations_by_state(session))
        sql = CounterMetricFamily("pke_sql_statements", "SQL statements executed.")
        sql.add_metric([], self._database.statements)
        yield sql


class RequestMetrics:
    """Counts what is answered, by the route's template."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"], time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, counted)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = getattr(scope.get("route"), "path", "unknown"), _method(scope["method"])
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def get_metrics(request: Request) -> Response:
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _family(name: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, f"How many, by {label}.", labels=(label,))
    for value, count in values.items():
        family.add_metric((value,), count)
    return family


def _method(given: str) -> str:
    """Clients may invent methods; labels must stay few."""
    return given if given in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
