"""Which images make way for a newer one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.image_retention import Made, superfluous

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def image(day: int, **changes: Any) -> Made:
    given = {
        "id": f"i{day}",
        "definition": "debian-12-node",
        "kubernetes": f"1.35.{day}",
        "variables": {"memory_mib": 2048},
        "registered_at": FIRST + timedelta(days=day),
        "used": False,
    }
    return Made(**(given | changes))


def test_the_oldest_go() -> None:
    images = [image(day) for day in range(5)]
    assert superfluous(images[-1], images, 2) == ("i2", "i1", "i0")


def test_one_in_use_stays_and_counts() -> None:
    images = [image(0), image(1, used=True), image(2), image(3)]
    assert superfluous(images[-1], images, 2) == ("i0",)
    assert superfluous(images[-1], images, 3) == ("i0",)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"definition": "other"},
        {"kubernetes": "1.34.1"},
        {"variables": {"memory_mib": 4096}},
    ],
)
def test_other_series_are_left_alone(otherwise: dict[str, Any]) -> None:
    images = [image(0, **otherwise), image(1)]
    assert superfluous(images[-1], images, 1) == ()


@given(st.sets(st.integers(0, 20), min_size=1), st.sets(st.integers(0, 20)), st.integers(1, 9))
def test_never_one_in_use_nor_the_newest(days: set[int], used: set[int], keep: int) -> None:
    images = [image(day, used=day in used) for day in sorted(days)]
    going = set(superfluous(images[-1], images, keep))
    stay = [one for one in images if one.id not in going]
    assert images[-1] in stay
    assert all(one in stay for one in images if one.used)
    assert len(stay) >= min(keep, len(images))
    assert all(one.used for one in stay[:-keep])
