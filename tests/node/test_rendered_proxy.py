"""What a node's programs are told of a proxy."""

import json
from typing import Any

import pytest

from tests.node.conftest import MakeMachine
from tests.node.machine import MAC
from tests.node.test_rendered_userdata import document, files

CONTAINERD = "/etc/systemd/system/containerd.service.d/proxy.conf"
KUBELET = "/etc/systemd/system/kubelet.service.d/proxy.conf"
APT = "/etc/apt/apt.conf.d/95proxy"
PROXY = {"http": "http://proxy:3128", "noProxy": [".corp", "mirror.corp", "10.1.0.0/16"]}


def unproxied(**changes: Any) -> list[str]:
    drop_in = files(**changes)[CONTAINERD]["content"]
    line = next(line for line in drop_in.splitlines() if "NO_PROXY" in line)
    return line.removeprefix('Environment="NO_PROXY=').removesuffix('"').split(",")


def test_images_are_pulled_through_the_proxy() -> None:
    for path in (CONTAINERD, KUBELET):
        lines = files(proxy=PROXY)[path]["content"].splitlines()
        assert 'Environment="HTTP_PROXY=http://proxy:3128"' in lines
    assert ["systemctl", "try-restart", "containerd.service"] in document(proxy=PROXY)["runcmd"]


def test_the_clusters_own_addresses_are_not() -> None:
    found = unproxied(proxy=PROXY, api_url="https://provisioner.example/pke")
    networks = {"10.0.0.0/24", "10.244.0.0/16", "10.96.0.0/16", "10.0.0.100"}
    assert networks | {".svc", ".cluster.local", "provisioner.example", ".corp"} <= set(found)


def test_name_and_floating_address_are_both_excepted() -> None:
    endpoint = {"vip": "10.0.0.100", "dnsName": "api.example.com"}
    assert {"10.0.0.100", "api.example.com"} <= set(unproxied(proxy=PROXY, endpoint=endpoint))


def test_the_network_of_a_leased_address_is_left_to_the_machine() -> None:
    assert "@NETWORK@" in unproxied(proxy=PROXY, nics=({"mac": MAC},))
    assert "@NETWORK@" not in unproxied(proxy=PROXY)


def test_and_filled_in_there(machine_of: MakeMachine) -> None:
    machine = machine_of(proxy=PROXY, nics=({"mac": MAC},))
    leased = [{"local": "10.0.0.100", "prefixlen": 32}, {"local": "10.5.0.9", "prefixlen": 22}]
    (machine.folder / "addresses").write_text(json.dumps([{"addr_info": leased}]))
    assert machine.run().code == 0
    for path in (CONTAINERD, KUBELET):
        text = machine.path(path).read_text()
        assert ",10.5.0.0/22," in text
        assert "@" not in text
    calls = machine.calls()
    restarted = calls.index("systemctl try-restart containerd.service")
    assert restarted < next(at for at, call in enumerate(calls) if "kubeadm init" in call)


def test_packages_come_through_it() -> None:
    lines = files(proxy=PROXY)[APT]["content"].splitlines()
    assert 'Acquire::http::Proxy "http://proxy:3128";' in lines
    assert 'Acquire::http::Proxy::mirror.corp "DIRECT";' in lines
    assert not [line for line in lines if "10.1.0.0" in line or "https::Proxy " in line]


@pytest.mark.parametrize("path", [CONTAINERD, KUBELET, APT])
def test_exceptions_cannot_leave_their_line(path: str) -> None:
    proxy = {"http": "http://proxy:3128", "noProxy": ['a"\nExecStartPre=/bin/evil %h']}
    text = files(proxy=proxy)[path]["content"]
    assert "\nExecStartPre" not in text
    assert "%%h" in text or path == APT


def test_nothing_without_one() -> None:
    assert not {CONTAINERD, KUBELET, APT} & set(files())
