"""A document's faults are all named at once, each with the field as its user wrote it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.faults import InvalidRequest
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.mending import SAMPLES
from provisioner.domain.spec.reading import read
from tests.unit.documents import cluster_document, pool, rich_document
from tests.unit.faults import Path, advice_at, dotted, faults_of, fields, holder_of, paths_of

FIELDS = list(fields(rich_document()))
# Over a small alphabet: hypothesis needs seconds to learn all of Unicode.
TEXTS = st.text(st.sampled_from('aA0.:/-_ é\n"\\'), max_size=9)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner),
    max_leaves=9,
)
# Each field is of another type than this.
WRONG = 1.5


def with_field(path: Path, value: object) -> dict[str, Any]:
    body = rich_document()
    holder_of(body, path)[path[-1]] = value
    return body


def test_a_sound_document_is_read_as_written() -> None:
    spec = read(ClusterSpec, rich_document(), check)
    assert spec.control_plane.memory_mib == 8192
    assert str(spec.endpoint.vip) == "10.0.0.10"
    assert spec.node_pools[1].labels == {"example.org/tier": "web", "zone": "a"}


def test_every_fault_is_named_at_once() -> None:
    body = cluster_document(
        name="Not A Name",
        endpoint={"mode": "floating", "vip": "10.0.0.300"},
        controlPlane={"size": 2, "vcpu": 0},
        surprise=1,
        nodePools=[pool("pool1", size=-1), pool("pool2", memoryMiB=513)],
        loadBalancerRanges=["10.0.0.9-10.0.0.1"],
    )
    assert paths_of(body) == [
        "controlPlane.size",
        "controlPlane.vcpu",
        "endpoint.mode",
        "endpoint.vip",
        "loadBalancerRanges.0",
        "name",
        "nodePools.0.size",
        "nodePools.1.memoryMiB",
        "surprise",
    ]


@pytest.mark.parametrize("path", FIELDS, ids=dotted)
def test_a_mistyped_field_alone_is_blamed(path: Path) -> None:
    found = paths_of(with_field(path, WRONG))
    assert found
    assert all(one == dotted(path) or one.startswith(dotted(path) + ".") for one in found)


@pytest.mark.parametrize("path", FIELDS, ids=dotted)
def test_a_mistyped_field_hides_no_fault_that_does_not_rest_on_it(path: Path) -> None:
    body = at_odds_with_itself()
    others = {one for one in faults_of(body) if not one.concerns(dotted(path))}
    holder_of(body, path)[path[-1]] = WRONG
    assert others <= set(faults_of(body))


def at_odds_with_itself() -> dict[str, Any]:
    body = rich_document()
    body["kubernetes"]["serviceCIDR"] = "10.244.128.0/20"
    body["endpoint"]["vip"] = "10.0.0.200"
    body["placement"]["datastoreCluster"] = "storage"
    body["controlPlane"]["addresses"]["gateway"] = "10.1.0.1"
    body["nodePools"][0]["size"] = 21
    body["nodePools"][1]["name"] = "pool1"
    return body


@pytest.mark.parametrize("name", ["size", "name", "version", "ranges", "surprise"])
def test_an_unknown_field_does_not_hide_what_others_do_wrong_together(name: str) -> None:
    body = cluster_document(endpoint={}, **({name: "x"} if name != "name" else {}))
    body["placement"]["name"] = "x"
    assert {"endpoint.vip", "placement.name"} <= set(paths_of(body))


def test_a_bad_label_key_does_not_hide_what_others_do_wrong_together() -> None:
    body = cluster_document(endpoint={}, nodePools=[pool(labels={"not a key": "x", "name": 5})])
    found = ["endpoint.vip", "nodePools.0.labels.name", "nodePools.0.labels.not a key"]
    assert paths_of(body) == found


def test_unknown_fields_are_faults_wherever_they_are() -> None:
    body = cluster_document(nodePools=[pool(sise=3)], control_plane={"size": 1})
    assert paths_of(body) == ["control_plane", "nodePools.0.sise"]
    assert "not a known field" in advice_at("nodePools.0.sise", body)


def test_names_of_the_program_are_no_names_of_the_document() -> None:
    body = cluster_document()
    body["control_plane"] = body.pop("controlPlane")
    assert paths_of(body) == ["controlPlane", "control_plane"]
    assert advice_at("controlPlane", body) == "is missing"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("endpoint", "vip"), 10),
        (("controlPlane", "size"), "3"),
        (("nodePools", 0, "size"), True),
        (("nodePools", 0, "vcpu"), 2.0),
        (("controlPlane", "schedulable"), "yes"),
        (("kubernetes", "podCIDR"), "10.244.0.1/16"),
        (("kubernetes", "version"), 1.35),
        (("kubernetes", "version"), "v1.35.0"),
    ],
)
def test_nothing_is_taken_for_what_it_is_not(path: Path, value: object) -> None:
    assert paths_of(with_field(path, value)) == [dotted(path)]


@pytest.mark.parametrize("body", [None, [], "text", 5, True])
def test_a_body_that_is_no_object_is_one_fault(body: object) -> None:
    assert paths_of(body) == [""]


@given(JSON)
def test_no_json_raises_anything_but_invalid_request(body: object) -> None:
    with pytest.raises(InvalidRequest):
        read(ClusterSpec, body, check)


@given(st.sampled_from(FIELDS), JSON)
def test_no_field_raises_anything_but_invalid_request(path: Path, value: object) -> None:
    paths_of(with_field(path, value))


@given(st.lists(st.tuples(st.sampled_from(sorted(SAMPLES)), JSON), max_size=4))
def test_no_field_of_a_familiar_name_raises_anything_but_invalid_request(
    given_fields: list[tuple[str, object]],
) -> None:
    paths_of(cluster_document() | dict(given_fields))


def documents(kind: type[Document]) -> list[type[Document]]:
    return [kind, *(found for inner in kind.__subclasses__() for found in documents(inner))]


def test_each_required_field_has_a_sample_to_be_mended_with() -> None:
    ours = [kind for kind in documents(Document) if kind.__module__.startswith("provisioner.")]
    needed = {
        field.alias or name
        for kind in ours
        for name, field in kind.model_fields.items()
        if field.is_required()
    }
    assert needed
    assert needed <= set(SAMPLES)
