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
        return f"{self.first}-{self.last}"

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
            f"{text!r} is not an address range; write 10.0.0.10-10.0.0.20 or 10.0.0.0/28"
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
    return sum(len(parse_range(text)) for text in ranges)
