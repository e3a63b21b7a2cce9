"""Which machine it is, and how it reaches the service: the same for whatever it becomes."""

import hashlib
from collections.abc import Iterator

from pydantic import Field, SecretStr

from provisioner.bootstrap.model import NicConfig
from provisioner.domain.spec.placement import AddressPool
from provisioner.domain.virtual_machines import Fact

# Room for claims of any size that our tokens have, an ES256 signature included.
_TOKEN_CHARACTERS = 1024
_UUID_CHARACTERS = 36
_LARGEST_NUMBER = 2**31 - 1


class Identity(Fact):
    """What sets one node apart from the others of its group."""

    node_name: str
    instance_id: str
    org_number: int
    cluster_number: int
    token: SecretStr
    nics: tuple[NicConfig, ...] = Field(min_length=1)


class ServiceAccess(Fact):
    """How nodes reach the service; see NodeBootstrap."""

    url: str
    authority: str | None = None
    poll_seconds: float = 2.0
    bootstrap_seconds: float = 1200.0


def placeholder(name_length: int, addresses: AddressPool | None, networks: int) -> Identity:
    return Identity(
        node_name="x" * name_length,
        instance_id=_noise(_UUID_CHARACTERS),
        org_number=_LARGEST_NUMBER,
        cluster_number=_LARGEST_NUMBER,
        token=SecretStr(_noise(_TOKEN_CHARACTERS)),
        nics=tuple(_nics(addresses, networks)),
    )


def _nics(given: AddressPool | None, count: int) -> Iterator[NicConfig]:
    for index in range(count):
        mac = f"00:50:56:3f:{index:02x}:ff"
        if index or given is None:
            yield NicConfig(mac=mac)
            continue
        yield NicConfig(
            mac=mac,
            address=f"255.255.255.255/{given.prefix_length}",
            gateway=str(given.gateway) if given.gateway else None,
            nameservers=tuple(map(str, given.nameservers)),
            routes=given.routes,
        )


def _noise(characters: int) -> str:
    """The same at each call, and nothing that packing could shorten much."""
    return hashlib.shake_256(b"placeholder").hexdigest(characters)[:characters]
