"""The order in which masters take a floating address over."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.floating_address import priorities

ORDERS = st.sets(st.integers(0, 2000), max_size=9).map(sorted)


@given(ORDERS)
def test_priorities_are_vrrps_and_differ(orders: list[int]) -> None:
    found = priorities(orders)
    assert len(set(found)) == len(orders)
    assert all(1 <= priority <= 254 for priority in found)


@given(st.sets(st.integers(0, 250), min_size=2, max_size=9).map(sorted), st.data())
def test_a_master_keeps_its_own_whoever_goes(orders: list[int], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(orders))
    before = dict(zip(orders, priorities(orders), strict=True))
    staying = [order for order in orders if order != gone]
    assert priorities(staying) == [before[order] for order in staying]


@given(ORDERS, st.integers(1, 2000))
def test_nobody_changes_for_a_newcomer(orders: list[int], later: int) -> None:
    newcomer = (orders[-1] if orders else 0) + later
    assert priorities([*orders, newcomer])[:-1] == priorities(orders)


def test_the_first_masters_are_far_apart() -> None:
    found = sorted(priorities(range(6)))
    assert min(b - a for a, b in pairwise(found)) == 37
