"""On which datastores an image gets copies."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.image_copies import Prospect, Series, Standing, needs, series
from provisioner.domain.image_queries import Query, parse
from provisioner.domain.spec.image import MAX_COPIES

NODE = Prospect("debian-12-node", "node", "debian12", "1.35.4")
BALANCER = Prospect("debian-12-load-balancer", "load-balancer", "debian12", None)
IMPORT = Prospect(None, None, None, None)


def asking(text: str, role: str | None = "node", at: str = "fast") -> Standing:
    query = parse(text)
    return Standing("cluster c1 (p)", at, Query(query.os, query.kubernetes, role))


def following(definition: str, kubernetes: str | None) -> Standing:
    return Standing("cluster c1 (p)", "fast", None, series(definition, kubernetes))


@pytest.mark.parametrize(
    ("image", "group", "is_for"),
    [
        (NODE, asking("os=debian12, kubernetes=1.35"), True),
        (NODE, asking("os=ubuntu24.04, kubernetes=1.35"), False),
        (NODE, asking("os=debian12, kubernetes=1.34"), False),
        (NODE, asking("os=debian12", "load-balancer"), False),
        (NODE, asking("os=debian12", None), True),
        (NODE, following("debian-12-node", "1.35.0"), True),
        (NODE, following("debian-12-node", "1.34.9"), False),
        (NODE, following("ubuntu-24.04-node", "1.35.4"), False),
        (NODE, Standing("cluster c1 (p)", "fast"), False),
        (BALANCER, asking("os=debian12", "load-balancer"), True),
        (BALANCER, asking("os=debian12, kubernetes=1.35", None), False),
        (BALANCER, following("debian-12-load-balancer", None), True),
        (IMPORT, asking("os=debian12, kubernetes=1.35"), True),
        (Prospect(None, None, "debian12", None), asking("os=ubuntu24.04"), False),
        (Prospect(None, None, None, "1.34.1"), asking("kubernetes=1.35"), False),
        (IMPORT, Standing("cluster c1 (p)", "fast"), False),
        (IMPORT, following("debian-12-node", "1.35.4"), False),
    ],
)
def test_where_groups_stand_that_it_could_be_for(
    image: Prospect, group: Standing, is_for: bool
) -> None:
    assert [one.datastore for one in needs(image, [group])] == (["fast"] if is_for else [])


def test_each_is_told_with_who_stands_there() -> None:
    pools = [Standing(f"cluster c{n} (p)", "fast", Query(role="node")) for n in range(7)]
    [need] = needs(NODE, [*pools, *pools])
    assert len(need.groups) == 7
    assert str(need).startswith("fast gets a copy for what stands there: cluster c0 (p), ")
    assert str(need).endswith(" and 2 more")


def test_of_too_many_those_count_where_most_groups_stand() -> None:
    lonely = [Standing("a", f"a-{n:02}", Query()) for n in range(MAX_COPIES)]
    shared = [Standing(told, "z", Query()) for told in ("a", "b")]
    found = [one.datastore for one in needs(NODE, [*lonely, *shared])]
    assert len(found) == MAX_COPIES
    assert (found[-1], "a-31" in found) == ("z", False)


_SERIES = st.one_of(
    st.none(), st.builds(Series, st.sampled_from(["debian-12-node", "x"]), st.just("1.35"))
)
_QUERIES = st.one_of(
    st.none(),
    st.builds(
        Query,
        st.sampled_from([None, "debian12", "ubuntu24.04"]),
        st.sampled_from([None, "1.35", "1.34", "1.35.4"]),
        st.sampled_from([None, "node", "load-balancer"]),
    ),
)
_GROUPS = st.lists(
    st.builds(Standing, st.sampled_from("abc"), st.sampled_from("xyz"), _QUERIES, _SERIES)
)


@given(_GROUPS, st.sampled_from([NODE, BALANCER, IMPORT]))
def test_a_datastore_is_named_for_exactly_the_groups_there(
    groups: list[Standing], image: Prospect
) -> None:
    told = {(need.datastore, group) for need in needs(image, groups) for group in need.groups}
    suited = [one for one in groups if one.could_stand_on(image)]
    assert told == {(one.datastore, one.told) for one in suited}


@given(_GROUPS, st.randoms())
def test_their_order_does_not_matter(groups: list[Standing], random: Random) -> None:
    shuffled = list(groups)
    random.shuffle(shuffled)
    assert needs(NODE, shuffled) == needs(NODE, groups)
