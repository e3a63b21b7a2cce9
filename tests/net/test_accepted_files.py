"""keepalived itself accepts every configuration that is rendered."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.bootstrap.keepalived import KeepalivedConfig, render
from provisioner.bootstrap.keepalived_files import keepalived_files
from tests.net.machines import Machine, needs_root

pytestmark = needs_root

INTERFACE = "ens192"
V4 = st.integers(int(IPv4Address("10.0.0.1")), int(IPv4Address("10.0.255.254")))
V6 = st.integers(int(IPv6Address("fd00::1")), int(IPv6Address("fd00::ffff:ffff")))


def addresses(numbers: st.SearchStrategy[int], kind: type) -> st.SearchStrategy[list[str]]:
    """A VIP, the master's own one, and those of up to six peers."""
    found = st.lists(numbers, min_size=2, max_size=8, unique=True)
    return found.map(lambda some: [str(kind(one)) for one in some])


@st.composite
def configs(draw: st.DrawFn) -> KeepalivedConfig:
    vip, own, *peers = draw(addresses(V4, IPv4Address) | addresses(V6, IPv6Address))
    return KeepalivedConfig(
        router_id=draw(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?", fullmatch=True)),
        interface=INTERFACE,
        source=own,
        peers=tuple(peers),
        vip=vip,
        virtual_router_id=draw(st.integers(1, 255)),
        priority=draw(st.integers(1, 254)),
        api_port=draw(st.integers(1, 65535)),
    )


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    made = Machine()
    made.run("ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", "other")
    for file in keepalived_files():
        made.write(file["path"], file["content"], int(file["permissions"], 8))
    yield made
    made.power_off()


def objections(machine: Machine, text: str) -> str:
    machine.write("/run/keepalived.conf", text)
    ended = machine.run("keepalived", "-t", "-f", "/run/keepalived.conf", check=False)
    return ended.stderr if ended.returncode else ""


@settings(deadline=None, max_examples=40)
@given(config=configs())
def test_keepalived_accepts_what_is_rendered(machine: Machine, config: KeepalivedConfig) -> None:
    assert objections(machine, render(config)) == ""


def test_keepalived_would_object(machine: Machine) -> None:
    config = KeepalivedConfig(
        router_id="m1",
        interface="ens193",
        source="10.0.0.1",
        peers=(),
        vip="10.0.0.9",
        virtual_router_id=1,
        priority=1,
    )
    assert "ens193" in objections(machine, render(config))
