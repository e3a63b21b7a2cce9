"""Ranges are read in three forms; what is free in them is counted and found, lowest first."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.addresses import InvalidRange, capacity, first_free, free, parse_range

BLOCK = int(IPv4Address("10.0.0.0"))
OFFSETS = st.integers(0, 40)
RANGES = st.lists(st.tuples(OFFSETS, OFFSETS).map(sorted), max_size=4).map(
    lambda found: [f"{address(first)}-{address(last)}" for first, last in found]
)


def address(offset: int) -> str:
    return str(IPv4Address(BLOCK + offset))


def expanded(ranges: list[str]) -> list[str]:
    """In the order in which they are tried."""
    return [str(one) for text in ranges for one in parse_range(text)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("10.0.0.10-10.0.0.20", "10.0.0.10", "10.0.0.20"),
        (" 10.0.0.10 - 10.0.0.20 ", "10.0.0.10", "10.0.0.20"),
        ("10.0.0.16/28", "10.0.0.16", "10.0.0.31"),
        ("10.0.0.5", "10.0.0.5", "10.0.0.5"),
        ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
    ],
)
def test_ranges_are_read(text: str, first: str, last: str) -> None:
    found = parse_range(text)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "-", "10.0.0.1-", "10.0.0.1-2", "10.0.0.1/24", "10.0.0.0/33", "fe80::1", "10.0.0.01", "a"],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidRange, match=r"write 10\.0\.0\.10-10\.0\.0\.20"):
        parse_range(text)


@given(st.text(st.sampled_from("0129./- ٣x"), max_size=20))
def test_no_text_raises_anything_but_invalid_range(text: str) -> None:
    try:
        assert len(parse_range(text)) >= 1
    except InvalidRange:
        return


@given(RANGES)
def test_an_address_counts_once(ranges: list[str]) -> None:
    assert capacity(ranges) == len(set(expanded(ranges)))


@given(RANGES, st.sets(OFFSETS.map(address)))
def test_free_are_those_that_are_not_taken(ranges: list[str], taken: set[str]) -> None:
    assert free(ranges, taken) == len(set(expanded(ranges)) - taken)


@given(RANGES, st.sets(OFFSETS.map(address)))
def test_the_first_free_one_is_found_as_long_as_there_is_one(
    ranges: list[str], taken: set[str]
) -> None:
    left = [one for one in expanded(ranges) if one not in taken]
    assert first_free(ranges, taken) == (left[0] if left else None)
    assert (first_free(ranges, taken) is None) == (free(ranges, taken) == 0)


def test_counting_a_huge_range_takes_no_time() -> None:
    assert free(["0.0.0.0/0", "10.0.0.0/8"], ["10.0.0.1", "10.0.0.1"]) == 2**32 - 1
