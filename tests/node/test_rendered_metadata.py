"""The metadata a VM keeps for life: identity and network."""

import base64
import gzip
import json
from typing import Any

from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from tests.node.machine import NODE_TOKEN, a_node


def metadata(**changes: Any) -> dict[str, Any]:
    rendered = KubeadmBootstrapper().render(a_node(**changes))
    packed = base64.b64decode(rendered["guestinfo.metadata"])
    read: dict[str, Any] = json.loads(gzip.decompress(packed))
    return read


def test_identity() -> None:
    assert metadata()["instance-id"] == "5f0c9b1e"
    assert metadata()["local-hostname"] == "c1-control-plane-a1b2c"


def test_no_secret() -> None:
    assert NODE_TOKEN not in json.dumps(metadata())


def test_static_address() -> None:
    nic = {
        "mac": "00:50:56:AA:00:01",
        "address": "10.0.0.11/24",
        "gateway": "10.0.0.1",
        "nameservers": ["10.0.0.2"],
    }
    network = metadata(nics=[nic])["network"]
    assert network["version"] == 2
    assert network["ethernets"]["eth0"] == {
        "match": {"macaddress": "00:50:56:aa:00:01"},
        "set-name": "eth0",
        "dhcp4": False,
        "addresses": ["10.0.0.11/24"],
        "routes": [{"to": "0.0.0.0/0", "via": "10.0.0.1"}],
        "nameservers": {"addresses": ["10.0.0.2"]},
    }


def test_own_routes_beside_the_default_one() -> None:
    nic = {
        "mac": "00:50:56:00:00:01",
        "address": "10.0.0.11/24",
        "gateway": "10.0.0.1",
        "routes": [{"to": "10.9.0.0/16", "via": "10.0.0.2"}],
    }
    assert metadata(nics=[nic])["network"]["ethernets"]["eth0"]["routes"] == [
        {"to": "10.9.0.0/16", "via": "10.0.0.2"},
        {"to": "0.0.0.0/0", "via": "10.0.0.1"},
    ]


def test_leased_address_does_not_depend_on_the_machine_id() -> None:
    ethernet = metadata(nics=[{"mac": "00:50:56:00:00:01"}])["network"]["ethernets"]["eth0"]
    assert ethernet["dhcp4"] is True
    assert ethernet["dhcp-identifier"] == "mac"


def test_several_nics() -> None:
    nics = [{"mac": "00:50:56:00:00:01"}, {"mac": "00:50:56:00:00:02", "address": "10.9.0.2/24"}]
    ethernets = metadata(nics=nics)["network"]["ethernets"]
    assert list(ethernets) == ["eth0", "eth1"]
    assert "routes" not in ethernets["eth1"]
