"""Leases: what one has on an L2 network, nobody else has, whatever it is for."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.store import leases
from provisioner.store.errors import Taken
from provisioner.store.leases import ADDRESS, RESERVED, VIP, Holder
from provisioner.store.tables import Lease, Node
from tests.store.crowds import at_once
from tests.store.estate import Estate

RANGES = ("10.0.0.20-10.0.0.22", "10.0.0.10")


@pytest.fixture
def clusters(estate: Estate) -> list[Holder]:
    return [Holder(estate.cluster(name)) for name in ("c1", "c2", "c3")]


@pytest.fixture
def domain(estate: Estate) -> str:
    return leases.l2_domain("11111111-1111-1111-1111-111111111111", "dvportgroup-9")


def worker(estate: Estate, holder: Holder) -> Node:
    estate.look(holder.resource_id)
    return estate.nodes(holder.resource_id, "pool1")[0]


def take(estate: Estate, kind: str, domain: str, value: str, holder: Holder) -> None:
    estate.write(lambda session: leases.take(session, kind, domain, value, holder))


def next_address(estate: Estate, domain: str, holder: Holder) -> str | None:
    return estate.write(lambda session: leases.take_address(session, domain, RANGES, holder))


def next_vrid(estate: Estate, domain: str, holder: Holder) -> int:
    return estate.write(lambda session: leases.take_vrid(session, domain, holder))


@pytest.mark.parametrize("first", [ADDRESS, VIP])
@pytest.mark.parametrize("second", [ADDRESS, VIP])
def test_an_ip_is_leased_once_whatever_for(
    estate: Estate, clusters: list[Holder], domain: str, first: str, second: str
) -> None:
    take(estate, first, domain, "10.0.0.9", clusters[0])
    with pytest.raises(Taken, match=r"10\.0\.0\.9 is leased already"):
        take(estate, second, domain, "10.0.0.9", clusters[1])


def test_what_is_reserved_goes_to_its_owners_nodes_only(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    own, other = clusters[:2]
    take(estate, RESERVED, domain, "10.0.0.20", own)
    node = worker(estate, own)
    assert next_address(estate, domain, other) == "10.0.0.21"
    assert next_address(estate, domain, Holder(own.resource_id, node.id)) == "10.0.0.20"
    estate.write(lambda session: leases.free_of_node(session, node.id))
    assert next_address(estate, domain, other) == "10.0.0.22"
    with pytest.raises(Taken):
        take(estate, VIP, domain, "10.0.0.20", other)


def test_having_it_already_is_success(estate: Estate, clusters: list[Holder], domain: str) -> None:
    for _ in range(2):
        take(estate, VIP, domain, "10.0.0.9", clusters[0])


def test_a_node_does_not_get_what_its_cluster_has(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    take(estate, VIP, domain, "10.0.0.9", clusters[0])
    node = Holder(clusters[0].resource_id, worker(estate, clusters[0]).id)
    with pytest.raises(Taken):
        take(estate, ADDRESS, domain, "10.0.0.9", node)


def test_another_network_is_another_matter(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    take(estate, VIP, domain, "10.0.0.9", clusters[0])
    take(estate, VIP, domain + "0", "10.0.0.9", clusters[1])


def test_the_lowest_free_address_in_the_order_of_the_ranges(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    take(estate, VIP, domain, "10.0.0.21", clusters[1])
    found = [next_address(estate, domain, clusters[0]) for _ in range(4)]
    assert found == ["10.0.0.20", "10.0.0.22", "10.0.0.10", None]


def test_an_address_is_given_once_to_many_who_ask_at_once(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    found = at_once(8, lambda number: next_address(estate, domain, clusters[number % 3]))
    given = [address for address in found if address]
    assert len(set(given)) == len(given) == 4
    assert found.count(None) == 4


def test_the_lowest_free_vrid_and_the_same_one_again(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    assert [next_vrid(estate, domain, holder) for holder in clusters] == [1, 2, 3]
    assert next_vrid(estate, domain, clusters[1]) == 2
    estate.write(lambda session: leases.free_of_resource(session, clusters[0].resource_id))
    fourth = Holder(estate.cluster("c4"))
    assert next_vrid(estate, domain, fourth) == 1
    assert next_vrid(estate, domain + "0", fourth) == 1


def test_a_vrid_is_given_once_to_many_who_ask_at_once(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    asking = [*clusters, *(Holder(estate.cluster(f"d{number}")) for number in range(5))]
    found = at_once(16, lambda number: next_vrid(estate, domain, asking[number % 8]))
    assert sorted(found) == sorted([*range(1, 9)] * 2)
    assert found[:8] == found[8:]


def test_there_are_255_vrids(estate: Estate, clusters: list[Holder], domain: str) -> None:
    def fill(session: Session) -> None:
        holder = clusters[0]
        for vrid in range(1, 256):
            leases.take(session, leases.VRID, domain, str(vrid), holder)

    estate.write(fill)
    with pytest.raises(Taken, match="all 255"):
        next_vrid(estate, domain, clusters[1])


def test_macs_are_unlike_each_other(estate: Estate, clusters: list[Holder], domain: str) -> None:
    def some(_: int) -> list[str]:
        return estate.write(
            lambda session: [leases.take_mac(session, domain, clusters[0]) for _ in range(20)]
        )

    found = [mac for macs in at_once(4, some) for mac in macs]
    assert len(set(found)) == 80


def test_what_a_node_has_is_freed_with_it_and_nothing_else(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    node = worker(estate, clusters[0])
    take(estate, VIP, domain, "10.0.0.9", clusters[0])
    take(estate, ADDRESS, domain, "10.0.0.20", Holder(clusters[0].resource_id, node.id))
    estate.write(lambda session: leases.free_of_node(session, node.id))
    left = estate.read(lambda session: list(session.scalars(select(Lease))))
    assert not [lease for lease in left if lease.node_id == node.id]
    assert [lease.value for lease in left if lease.kind == VIP] == ["10.0.0.9"]
    assert next_address(estate, domain, clusters[1]) == "10.0.0.20"


def test_a_cluster_knows_its_vips(estate: Estate, clusters: list[Holder], domain: str) -> None:
    take(estate, VIP, domain, "10.0.0.9", clusters[0])
    take(estate, VIP, domain, "10.0.0.8", clusters[1])
    found = estate.read(lambda session: leases.vips_of(session, clusters[0].resource_id))
    assert found == {"10.0.0.9"}


def vrids(estate: Estate, domains: list[str], holder: Holder, *groups: str) -> dict[str, int]:
    return estate.write(
        lambda session: leases.take_vrids(session, domains, holder.resource_id, groups)
    )


def test_a_group_keeps_its_vrid_while_others_come_and_go(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    pair, other = clusters[:2]
    assert vrids(estate, [domain], pair, "m1", "m2") == {"m1": 1, "m2": 2}
    assert next_vrid(estate, domain, other) == 3
    assert vrids(estate, [domain], pair, "m2") == {"m2": 2}
    assert vrids(estate, [domain], pair, "m3", "m2") == {"m3": 1, "m2": 2}
    assert vrids(estate, [domain], pair, "m4", "m3") == {"m4": 2, "m3": 1}


def test_groups_need_vrids_that_are_free_in_all_their_networks(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    pair, other = clusters[:2]
    next_vrid(estate, "afar", other)
    assert vrids(estate, [domain, "afar"], pair, "m1") == {"m1": 2}
    next_vrid(estate, "elsewhere", clusters[2])
    vrids(estate, ["elsewhere"], other, "m1", "m2")
    with pytest.raises(Taken, match="VRRP router id 2 is another one's"):
        vrids(estate, [domain, "elsewhere"], pair, "m1")


def test_what_a_resource_has_beyond_what_it_keeps_is_freed(
    estate: Estate, clusters: list[Holder], domain: str
) -> None:
    own, other = clusters[:2]
    for value in ("10.0.0.9", "10.0.0.10"):
        take(estate, VIP, domain, value, own)
    take(estate, RESERVED, domain, "10.0.0.20", own)
    kept = [(VIP, domain, "10.0.0.9")]
    estate.write(lambda session: leases.keep_only(session, own.resource_id, [VIP], kept))
    take(estate, VIP, domain, "10.0.0.10", other)
    for value in ("10.0.0.9", "10.0.0.20"):
        with pytest.raises(Taken):
            take(estate, VIP, domain, value, other)
