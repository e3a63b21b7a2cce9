"""POST /clusters: what is accepted, what is recorded, what is reserved."""

from typing import Any

import httpx

from tests.api import documents


def create(client: httpx.Client, document: Any, **more: Any) -> httpx.Response:
    return client.post("/clusters", json=document, **more)


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {one["path"]: one["message"] for one in answer.json()["faults"]}


def test_accepted(operator: httpx.Client) -> None:
    answer = create(operator, documents.cluster())
    assert answer.status_code == 202, answer.text
    operation = answer.json()
    assert operation["kind"] == "create"
    assert operation["state"] == "running"
    assert answer.headers["location"] == f"/clusters/{operation['cluster']['id']}"
    shown = operator.get(answer.headers["location"]).json()
    assert shown["name"] == "demo"
    assert shown["status"] == "CREATING"
    assert (shown["generation"], shown["observedGeneration"]) == (1, 0)
    assert shown["endpoint"] == "https://10.0.0.10:6443"
    assert shown["operation"] == operation["id"]
    assert shown["createdAt"].endswith("Z")
    assert operator.get(f"/operations/{operation['id']}").json()["id"] == operation["id"]
