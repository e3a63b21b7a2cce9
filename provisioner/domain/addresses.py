"""IPv4 ranges: reading them, and telling whether they meet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from provisioner.domain.errors import ProvisionerError


class InvalidRange(ProvisionerError):
    """A text that is neither `first-last` nor a CIDR."""


@dataclass(frozen=True)
class AddressRange:
    first: IPv4Address
    last: IPv4Address

    def __len__(self) -> int:
        return int(self.last) - int(self.first) + 1

    def __contains__(self, address: IPv4Address) -> bool:
        return self.first <= address <= self.last

    def __iter__(self) -> Iterator[IPv4Address]:
        return (IPv4Address(value) for value in range(int(self.first), int(self.last) + 1))

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def meets(self, other: "AddressRange") -> bool:
        return self.first <= other.last and other.first <= self.last


def parse_range(text: str) -> AddressRange:
    """`10.0.0.10-10.0.0.20`, `10.0.0.0/28` or a single address."""
    try:
        if "-" in text:
            first, _, last = text.partition("-")
            found = AddressRange(IPv4Address(first.strip()), IPv4Address(last.strip()))
        else:
            found = whole(IPv4Network(text.strip()))
    except (AddressValueError, NetmaskValueError, ValueError) as err:
        raise InvalidRange(
            f"{text!r} is not a range of IPv4 addresses; write 10.0.0.10-10.0.0.20 or 10.0.0.16/28"
        ) from err
    if found.first > found.last:
        raise InvalidRange(f"{text!r} ends before it begins")
    return found


def whole(network: IPv4Network) -> AddressRange:
    return AddressRange(network.network_address, network.broadcast_address)


def first_free(ranges: Iterable[str], taken: set[str]) -> str | None:
    """The lowest address of `ranges`, in their order, that is not in `taken`."""
    candidates = (str(address) for text in ranges for address in parse_range(text))
    return next((address for address in candidates if address not in taken), None)


def capacity(ranges: Iterable[str]) -> int:
    """How many addresses there are; one that is in two ranges counts once."""
    return sum(map(len, _disjoint(ranges)))


def free(ranges: Iterable[str], taken: Iterable[str]) -> int:
    """How many addresses of `ranges` are not in `taken`."""
    known = {IPv4Address(address) for address in taken}
    return sum(len(r) - sum(address in r for address in known) for r in _disjoint(ranges))


def _disjoint(ranges: Iterable[str]) -> list[AddressRange]:
    found: list[AddressRange] = []
    for one in sorted(map(parse_range, ranges), key=lambda r: r.first):
        if found and found[-1].meets(one):
            found[-1] = AddressRange(found[-1].first, max(found[-1].last, one.last))
        else:
            found.append(one)
    return found
