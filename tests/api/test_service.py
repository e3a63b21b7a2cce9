"""Health, readiness, metrics, OpenAPI: open, and silent about whose things exist."""

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.gateway import Gateway
from api.health import warn_of_the_missing
from api.services import Services
from lab.ports import free_port
from provisioner.domain.spec.cluster import ClusterSpec
from tests.api.asking import create
from tests.api.looking import look
from tests.api.served import Api
from tests.api.visiting import Visit


def test_health(api: Api) -> None:
    nobody = api.client(None)
    assert nobody.get("/healthz").json() == {"status": "ok"}
    answer = nobody.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert set(answer.json()["checks"].values()) == {"ok"}


def test_the_root_names_what_describes_the_api(api: Api) -> None:
    nobody = api.client(None)
    links = nobody.get("/").json()
    assert set(links) == {"description", "documentation", "readiness"}
    assert all(nobody.get(path).status_code == 200 for path in links.values())


async def test_what_does_not_answer_at_start_is_logged(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway(f"127.0.0.1:{free_port()}", "default", "q")
    await gateway.start()
    await warn_of_the_missing(replace(services, gateway=gateway))
    await gateway.stop()
    said = [record.getMessage() for record in caplog.records if record.name == "api.health"]
    assert said == ["temporal can't be used yet; /readyz says when it can"]


def test_metrics(api: Api, operator: httpx.Client) -> None:
    look(api, create(operator))
    operator.get("/clusters/c1")
    operator.get("/nowhere")
    text = api.client(None).get("/metrics").text
    assert re.search(r'^pke_clusters\{status="CREATING"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^pke_nodes\{phase="creating"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^pke_operations\{state="running"\} [1-9]', text, re.MULTILINE)
    count = 'pke_http_requests_total{method="GET",route="/clusters/{cluster}",status="200"}'
    assert count in text
    assert 'route="unknown",status="404"' in text
    for private in ("c1", "lab", api.mark, "/nowhere"):
        assert not re.search(rf'"[^"]*\b{re.escape(private)}\b[^"]*"', text)


def test_nodes_routes_are_counted_by_their_whole_templates(
    api: Api, operator: httpx.Client
) -> None:
    Visit(api, look(api, create(operator))[0]).status()
    text = api.client(None).get("/metrics").text
    route = "/api/v1/orgs/{org}/clusters/{cluster}/pke/status"
    assert f'pke_http_requests_total{{method="POST",route="{route}",status="202"}}' in text
    assert 'route="/status"' not in text


def test_invented_methods_make_no_labels(api: Api) -> None:
    for method in ("PROPFIND", "MKCOL"):
        api.client(None).request(method, "/clusters")
    text = api.client(None).get("/metrics").text
    assert "PROPFIND" not in text
    assert 'method="other"' in text


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_openapi_is_whole(api: Api) -> None:
    document = api.client(None).get("/openapi.json").json()
    known = document["components"]["schemas"]
    used = references(document)
    assert {one.removeprefix("#/components/schemas/") for one in used} <= set(known)
    assert set(known["ClusterSpec"]["properties"]) == {
        field.alias or name for name, field in ClusterSpec.model_fields.items()
    }
    post = document["paths"]["/clusters"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert {one["name"] for one in post["parameters"]} == {"dryRun", "Idempotency-Key"}
    assert post["security"]


def test_every_route_is_described(api: Api) -> None:
    document = api.client(None).get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            assert route["summary"], (method, path)


def test_docs(api: Api) -> None:
    assert api.client(None).get("/docs").status_code == 200
