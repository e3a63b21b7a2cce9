"""cloud-init itself has nothing against what VMs get, whatever their cluster asks for."""

import json
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.guests.user_data import received
from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from tests.node.authority import self_signed
from tests.node.machine import MAC, a_node
from tests.node.test_rendered_userdata import user_data_text

OTHER = "00:50:56:00:00:02"
STATIC = {
    "mac": MAC,
    "address": "10.0.0.11/24",
    "gateway": "10.0.0.1",
    "nameservers": ["10.0.0.2", "10.0.0.3"],
}
ISOLATED = {"mac": OTHER, "address": "10.9.0.2/24"}

NETWORKS: dict[str, tuple[dict[str, Any], ...]] = {
    "static": (STATIC,),
    "leased": ({"mac": MAC},),
    "two-static": (STATIC, ISOLATED),
    "two-leased": ({"mac": MAC}, {"mac": OTHER}),
    "mixed": (STATIC, {"mac": OTHER}),
    "ipv6": ({"mac": MAC, "address": "fd00::11/64", "gateway": "fd00::1"},),
}
EXTRAS: dict[str, dict[str, Any]] = {
    "plain": {},
    "proxy": {"proxy": {"http": "http://p:3128", "https": "http://p:3128", "noProxy": [".corp"]}},
    "keys": {"ssh_keys": ("ssh-ed25519 AAAAC3Nz me@example", "ssh-rsa AAAAB3Nz")},
    "registry": {"image_registry": "registry.corp/k8s", "external_cloud_provider": True},
    "etcd": {"etcd": {"endpoints": ["https://10.0.0.31:2379"]}},
}
WAYS: dict[str, dict[str, Any]] = {
    "image": {},
    "packages": {"bootstrap": {"install": "packages"}},
    "pke": {"bootstrap": {"method": "pke"}, "kubernetes": {"version": "1.22.6"}},
}
ENDPOINTS: dict[str, dict[str, Any]] = {
    "keepalived": {"vip": "10.0.0.100"},
    "external": {"mode": "external", "dnsName": "api.example.com"},
    "dns": {"mode": "dns", "dnsName": "api.example.com"},
}


def variants() -> dict[str, dict[str, Any]]:
    certificate = self_signed("corporate").certificate
    extras = EXTRAS | {"authorities": {"trusted_cas": (certificate, certificate)}}
    found = {}
    for names in product(("master", "worker"), extras, WAYS, ENDPOINTS):
        role, extra, way, endpoint = names
        found["/".join(names)] = {
            "role": role,
            "endpoint": ENDPOINTS[endpoint],
            **extras[extra],
            **WAYS[way],
        }
    return found


def network_of(**changes: Any) -> Any:
    return received(ChosenBootstrapper().render(a_node(**changes))).metadata["network"]


def complaints(documents: dict[str, str]) -> dict[str, str]:
    script = Path(__file__).with_name("check_user_data.py")
    command = ["/usr/bin/python3", "-I", str(script)]
    text = json.dumps(documents)
    run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    found: dict[str, str] = json.loads(run.stdout)
    return found


def test_every_variant_fits_the_schema() -> None:
    documents = {name: user_data_text(**changes) for name, changes in variants().items()}
    assert complaints(documents) == {}


def test_what_does_not_fit_is_found() -> None:
    sound = yaml.safe_load(user_data_text())
    faulty = yaml.safe_dump(sound | {"runcmd": 3})
    assert set(complaints({"faulty": faulty, "sound": yaml.safe_dump(sound)})) == {"faulty"}


@pytest.mark.parametrize(
    ("distribution", "renderer"),
    [("debian", "networkd"), ("debian", "netplan"), ("ubuntu", "netplan"), ("rhel", "sysconfig")],
)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_rendered(
    tmp_path: Path, name: str, distribution: str, renderer: str
) -> None:
    (tmp_path / "network.json").write_text(json.dumps(network_of(nics=NETWORKS[name])))
    command = ["cloud-init", "devel", "net-convert", "-p", str(tmp_path / "network.json")]
    command += ["-k", "yaml", "-d", str(tmp_path / "made"), "-D", distribution, "-O", renderer]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "warn" not in (run.stdout + run.stderr).lower()
    made = [path.read_text() for path in (tmp_path / "made").rglob("*") if path.is_file()]
    text = "\n".join(made).lower()
    for nic in NETWORKS[name]:
        assert nic["mac"] in text
        assert str(nic.get("address", "dhcp")).split("/")[0] in text


def test_ubuntus_names_and_client_ids_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    (tmp_path / "network.json").write_text(json.dumps(network_of(nics=NETWORKS["two-leased"])))
    command = ["cloud-init", "devel", "net-convert", "-p", str(tmp_path / "network.json")]
    command += ["-k", "yaml", "-d", str(tmp_path), "-D", "ubuntu", "-O", "netplan"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    text = (tmp_path / "etc/netplan/50-cloud-init.yaml").read_text()
    ethernets = yaml.safe_load(text)["network"]["ethernets"]
    assert [one["set-name"] for one in ethernets.values()] == ["eth0", "eth1"]
    assert {one["dhcp-identifier"] for one in ethernets.values()} == {"mac"}
    metrics = [one.get("dhcp4-overrides", {}).get("route-metric") for one in ethernets.values()]
    assert metrics == [None, 2048]


def test_files_are_roots_and_secrets_its_alone() -> None:
    for changes in variants().values():
        for file in yaml.load(user_data_text(**changes), Loader=yaml.CSafeLoader)["write_files"]:
            assert file["owner"] == "root:root"
            assert file["permissions"] in ("0600", "0644", "0755")
            if "c2lnbmF0dXJl" in file["content"]:  # the token's signature
                assert file["permissions"] == "0600"
