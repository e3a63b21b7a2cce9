"""Bodies that no honest client sends: each gets a 4xx problem, none gets through."""

import json

import httpx
import pytest

from tests.api.asking import faults
from tests.unit.documents import cluster_document

JSON = {"Content-Type": "application/json"}


def post(client: httpx.Client, raw: bytes, **headers: str) -> httpx.Response:
    return client.post("/clusters", content=raw, headers=JSON | headers)


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"name": "a", "name": "b"}', "'name' is given twice"),
        (b'{"nodePools": [{"size": NaN}]}', "NaN is not a number"),
        (b'{"nodePools": [{"size": -Infinity}]}', "-Infinity is not a number"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "not valid JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply"),
        (b'{"name": "\xff"}', "not UTF-8"),
        (b'{"name": "\\ud800"}', "not UTF-8"),
        (b'{"name": "a\\u0000"}', "NUL"),
        (b'{"na\\u0000me": "a"}', "NUL"),
        (json.dumps(cluster_document()).encode("utf-16"), "not UTF-8"),
    ],
)
def test_malformed(operator: httpx.Client, raw: bytes, detail: str) -> None:
    answer = post(operator, raw)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"text"', b"1", b"true", b"1e999"])
def test_no_object(operator: httpx.Client, raw: bytes) -> None:
    assert faults(post(operator, raw))


def test_too_large(operator: httpx.Client) -> None:
    answer = post(operator, b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "1048576" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_media_types(operator: httpx.Client, kind: str) -> None:
    answer = post(operator, b"{}", **{"Content-Type": kind})
    assert answer.status_code == 415


def test_parameters_of_the_media_type_are_fine(operator: httpx.Client) -> None:
    raw = json.dumps(cluster_document()).encode()
    answer = post(operator, raw, **{"Content-Type": "application/json; charset=utf-8"})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("query", "path"),
    [("dryrun=true", "dryrun"), ("dryRun=maybe", "dryRun"), ("dryRun=1&dryRun=0", "dryRun")],
)
def test_query_parameters(operator: httpx.Client, query: str, path: str) -> None:
    answer = operator.post(f"/clusters?{query}", json=cluster_document())
    assert set(faults(answer)) == {path}


def test_unknown_query_of_a_read(viewer: httpx.Client) -> None:
    assert set(faults(viewer.get("/clusters?filter=x"))) == {"filter"}
    assert set(faults(viewer.get("/operations?cluster=a&after=1"))) == {"after"}


def test_no_body_wanted(operator: httpx.Client) -> None:
    operator.post("/clusters", json=cluster_document())
    answer = operator.post("/clusters/c1/retry", json={"force": True})
    assert (answer.status_code, "no body" in answer.text) == (400, True)


def test_unknown_paths_and_methods_are_problems(viewer: httpx.Client) -> None:
    for answer, status in ((viewer.get("/cluster"), 404), (viewer.put("/clusters"), 405)):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert viewer.get("/clusters/").status_code == 404
