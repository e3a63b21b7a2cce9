"""Which image a query stands for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.image_queries import Offer, OfferedTemplate, Query, choose, parse

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def offer(name: str, kubernetes: str | None, day: int = 0, *datastores: str) -> Offer:
    found = (OfferedTemplate(f"/DC1/vm/{name}-{one}", one) for one in datastores or ("a",))
    at = FIRST + timedelta(days=day)
    return Offer(name, name, "debian12", kubernetes, at, tuple(found))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("os=debian12", Query("debian12")),
        (" kubernetes = 1.35 , os=ubuntu24.04 ", Query("ubuntu24.04", "1.35")),
        ("kubernetes=1.35.4", Query(None, "1.35.4")),
    ],
)
def test_read(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    "text",
    [
        "",
        "debian12",
        "os=",
        "os=a, os=b",
        "arch=arm64",
        "kubernetes=v1.35",
        "kubernetes=1.٣",
        "os=debian12,",
    ],
)
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(ValueError, match="write such as os=debian12"):
        parse(text)


@given(st.builds(Query, st.sampled_from(["debian12", "ubuntu24.04"]), st.just("1.35")))
def test_written_it_is_read_as_the_same(query: Query) -> None:
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("1.35", "new"), ("1.35.1", "old"), ("1.3", None), ("1.34", "other"), (None, "bare")],
)
def test_the_newest_that_matches(wanted: str | None, found: str | None) -> None:
    offers = [
        offer("new", "1.35.4", 2),
        offer("old", "1.35.1", 1),
        offer("other", "1.34.9", 3),
        offer("bare", None, 4),
    ]
    chosen = choose(Query("debian12", wanted), offers, ())
    assert (chosen and chosen[0].name) == found


def test_a_copy_at_hand_is_taken_before_the_first() -> None:
    offers = [offer("i", "1.35.4", 0, "a", "b", "c")]
    at_hand, far = choose(Query(), offers, {"b"}), choose(Query(), offers, {"z"})
    assert at_hand
    assert far
    assert (at_hand[1].datastore, far[1].datastore) == ("b", "a")


def test_one_whose_templates_are_elsewhere_does_not_count() -> None:
    newest = Offer("x", "x", "debian12", "1.35.4", FIRST + timedelta(days=9), ())
    chosen = choose(Query("debian12"), [newest, offer("i", "1.35.4")], ())
    assert chosen
    assert chosen[0].name == "i"


def test_what_was_built_for_another_role_does_not_match() -> None:
    node, anything = offer("node", None), offer("anything", None)
    balancer = replace(offer("lb", None, 9), role="load-balancer")
    wanted = Query("debian12", role="node")
    assert [wanted.matches(one) for one in (node, anything, balancer)] == [True, True, False]
    chosen = choose(wanted, [replace(node, role="node"), balancer], ())
    assert chosen
    assert chosen[0].name == "node"
