"""The lab's DHCP."""

from ipaddress import IPv4Address

import pytest

from lab.guests.leases import FIRST, LAST, Leases


@pytest.fixture
def leases() -> Leases:
    return Leases()


def test_a_mac_keeps_its_address(leases: Leases) -> None:
    assert leases.lease("a") == leases.lease("a")
    assert leases.lease("a") != leases.lease("b")


def test_addresses_are_of_the_pool(leases: Leases) -> None:
    assert FIRST <= IPv4Address(leases.lease("a")) <= LAST


def test_addresses_in_use_are_not_given_out(leases: Leases) -> None:
    upcoming = IPv4Address(leases.lease("a")) + 1
    for address in range(int(upcoming), int(upcoming) + 5):
        leases.take(str(IPv4Address(address)))
    assert int(IPv4Address(leases.lease("b"))) not in range(int(upcoming), int(upcoming) + 5)


def test_released_address_rests(leases: Leases) -> None:
    before = leases.lease("a")
    leases.release("a")
    assert leases.lease("b") != before


def test_former_address_comes_back(leases: Leases) -> None:
    assert leases.lease("a", "127.77.200.1") == "127.77.200.1"
    assert leases.lease("b", "127.77.200.1") != "127.77.200.1"
