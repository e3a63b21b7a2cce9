"""Short forms for what most tests of the API do."""

from typing import Any

import httpx

from tests.unit.documents import cluster_document

POOL = {"name": "pool2", "size": 2, "template": "debian-12-node"}


def create(client: httpx.Client, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """A cluster, as GET shows it."""
    answer = client.post("/clusters", json=document or cluster_document())
    assert answer.status_code == 202, answer.text
    return shown(client, answer.json()["cluster"]["id"])


def shown(client: httpx.Client, cluster: str) -> dict[str, Any]:
    answer = client.get(f"/clusters/{cluster}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def accepted(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    return answer.json()


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {one["path"]: one["message"] for one in answer.json()["faults"]}
