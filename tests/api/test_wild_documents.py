"""POST /clusters with whatever a generator thinks of: a 4xx or a 2xx, never a 5xx, always JSON."""

import json
import string
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.unit.documents import cluster_document

CALM = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(string.ascii_lowercase + "-.", max_size=70),
    st.sampled_from(
        ["10.0.0.1", "10.0.0.9-10.0.0.1", "0.0.0.0/0", "::1", "1.35.0", "control-plane", "pool1"]
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**400), max_value=10**400),
    st.floats(allow_nan=False),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
FULL = cluster_document(
    sshKeys=["ssh-ed25519 AAAA me"],
    proxy={"http": "http://proxy:3128", "noProxy": ["a"]},
    trustedCAs=["x"],
    loadBalancerRanges=["10.0.0.50-10.0.0.60"],
    kubernetes={"version": "1.35.0", "podCIDR": "10.1.0.0/16", "cni": "flannel"},
    nodePools=[
        {
            "name": "pool1",
            "size": 2,
            "template": "debian-12-node",
            "labels": {"a": "b"},
            "taints": [{"key": "a", "effect": "NoSchedule"}],
            "addresses": {
                "ranges": ["10.0.0.100-10.0.0.120"],
                "prefixLength": 24,
                "gateway": "10.0.0.1",
                "nameservers": ["10.0.0.2"],
            },
            "placement": {"cluster": "compute-2", "networks": [{"name": "nodes"}]},
        },
        {"name": "pool2", "template": "debian-12-node"},
    ],
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [at] if at else []
    for key, one in inner:
        deeper = isinstance(one, dict | list)
        found += places(one, (*at, key)) if deeper else [(*at, key)]
    return found


@st.composite
def spoiled(draw: st.DrawFn, full: dict[str, Any]) -> dict[str, Any]:
    """The full document with some values replaced, some keys renamed, some things gone."""
    document = json.loads(json.dumps(full))
    for at in draw(st.lists(st.sampled_from(places(full)), min_size=1, max_size=5)):
        try:
            _spoil(draw, document, at)
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier one took it away
    return document


def _spoil(draw: st.DrawFn, document: Any, at: tuple[Any, ...]) -> None:
    for step in at[:-1]:
        document = document[step]
    act = draw(st.sampled_from(("replace", "remove", "rename")))
    if act == "replace":
        document[at[-1]] = draw(VALUES)
        return
    value = document.pop(at[-1])
    if act == "rename":
        document[draw(TEXTS)] = value


def check(
    operator: httpx.Client,
    body: SearchStrategy[Any] | Any,
    where: str = "/clusters",
    method: str = "POST",
) -> None:
    raw = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    answer = operator.request(method, where, content=raw, headers=headers)
    assert answer.status_code in (200, 400, 422), (answer.status_code, answer.text, raw)
    found = answer.json()
    if answer.status_code == 422:
        assert found["faults"]
        assert all(fault["message"] for fault in found["faults"])


@CALM
@given(body=VALUES)
def test_anything(operator: httpx.Client, body: Any) -> None:
    check(operator, body)


@CALM
@given(body=spoiled(FULL))
def test_nearly_sound(operator: httpx.Client, body: dict[str, Any]) -> None:
    check(operator, body, "/clusters?dryRun=true")


@CALM
@given(raw=st.binary(max_size=200))
def test_any_bytes(operator: httpx.Client, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = operator.post("/clusters", content=raw, headers=headers)
    assert answer.status_code in (400, 422)


@CALM
@given(body=VALUES)
def test_other_bodies(operator: httpx.Client, body: Any) -> None:
    """The smaller documents, on a cluster that exists."""
    made = cluster_document()
    operator.post("/clusters", json=made, headers={"Idempotency-Key": "wild"})
    for method, path in (
        ("PATCH", "/clusters/c1?dryRun=true"),
        ("POST", "/clusters/c1/nodepools?dryRun=true"),
        ("PATCH", "/clusters/c1/nodepools/pool1?dryRun=true"),
    ):
        raw = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        answer = operator.request(method, path, content=raw, headers=headers)
        assert answer.status_code in (200, 400, 422), (method, path, answer.text, raw)
