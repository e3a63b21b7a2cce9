"""keepalived's configuration."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from provisioner.bootstrap.keepalived import KeepalivedConfig, render, yielding


def config(**changes: Any) -> KeepalivedConfig:
    usual: dict[str, Any] = {
        "router_id": "c1-control-plane-a1b2c",
        "interface": "ens192",
        "source": "10.0.0.11",
        "peers": ("10.0.0.12", "10.0.0.13"),
        "vip": "10.0.0.100",
        "virtual_router_id": 51,
        "priority": 103,
    }
    return KeepalivedConfig(**(usual | changes))


def rendered(**changes: Any) -> str:
    return render(config(**changes))


def block(name: str, text: str) -> list[str]:
    found = re.search(rf"{name} {{\n(.*?)\n *}}", text, re.DOTALL)
    assert found
    return [line.strip() for line in found[1].splitlines()]


def test_unicast_between_the_masters() -> None:
    text = rendered()
    assert block("unicast_peer", text) == ["10.0.0.12", "10.0.0.13"]
    assert "    unicast_src_ip 10.0.0.11\n" in text
    assert "vrrp_version 3" in text


@pytest.mark.parametrize(("vip", "nobody"), [("10.0.0.100", "192.0.2.1"), ("fd00::1", "100::1")])
def test_who_leaves_is_not_heard_and_hears_all(vip: str, nobody: str) -> None:
    leaving = yielding(config(vip=vip))
    assert (leaving.peers, leaving.priority) == ((nobody,), 1)
    assert block("unicast_peer", render(leaving)) == [nobody]


def test_a_lone_master_has_no_peers_to_name() -> None:
    assert "unicast" not in rendered(peers=())


def test_address_stays_where_it_is_healthy() -> None:
    text = rendered()
    assert "    nopreempt\n" in text
    assert "    state BACKUP\n" in text
    assert "    weight 0\n" in text


def test_own_api_server_is_checked() -> None:
    assert block("track_script", rendered()) == ["kube_apiserver"]
    script = 'script "/usr/local/lib/pke-provisioner/check_api.py 6443"'
    assert script in block("vrrp_script kube_apiserver", rendered())


@pytest.mark.parametrize(
    ("vip", "expected"),
    [("10.0.0.100", "10.0.0.100/32 dev ens192"), ("fd00::100", "fd00::100/128 dev ens192")],
)
def test_floating_address_has_a_prefix_of_its_own(vip: str, expected: str) -> None:
    assert block("virtual_ipaddress", rendered(vip=vip)) == [expected]


def test_braces_are_balanced() -> None:
    assert rendered().count("{") == rendered().count("}")


@pytest.mark.parametrize(
    "changes",
    [{"virtual_router_id": 0}, {"virtual_router_id": 256}, {"interface": "a b"}, {"priority": 255}],
)
def test_impossible_values_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rendered(**changes)
