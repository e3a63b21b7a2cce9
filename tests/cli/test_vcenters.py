"""Registering a vCenter: the password never on a command line, the certificate never unseen."""

from pathlib import Path

from tests.cli.conftest import Pkectl
from tests.cli.scripted import Script, ScriptedApi

WHERE = ("--host", "127.0.0.1", "-u", "pke@vsphere.local", "--root-folder", "/DC1/vm/kubernetes")
ADDED = {
    "id": "x",
    "name": "lab",
    "host": "127.0.0.1",
    "port": 443,
    "thumbprint": "AA:BB",
    "rootFolder": "/DC1/vm/kubernetes",
    "instanceUuid": "u",
    "version": "8.0.3",
    "state": "connected",
    "reason": None,
    "watchedAt": None,
}


def test_the_password_comes_from_the_environment_or_a_file(
    pkectl: Pkectl, script: Script, tmp_path: Path
) -> None:
    script.on("POST /vcenters", (201, ADDED))
    (tmp_path / "password").write_text("from a file\n")
    pin = ("--thumbprint", "AA:BB")
    ran = pkectl("vcenter", "add", "lab", *WHERE, *pin, PKECTL_VCENTER_PASSWORD="from outside")
    assert ran.code == 0
    assert "8.0.3" in ran.out
    assert script.last("POST").body == {
        "name": "lab",
        "host": "127.0.0.1",
        "port": 443,
        "username": "pke@vsphere.local",
        "password": "from outside",
        "rootFolder": "/DC1/vm/kubernetes",
        "thumbprint": "AA:BB",
    }
    pkectl("vcenter", "add", "lab", *WHERE, *pin, "--password-file", "password")
    assert script.last("POST").body["password"] == "from a file"


def test_nobody_there_to_type_a_password_is_told_how_to_give_it(
    pkectl: Pkectl, script: Script
) -> None:
    ran = pkectl("vcenter", "add", "lab", *WHERE, "--thumbprint", "AA:BB")
    assert ran.code == 2
    assert "PKECTL_VCENTER_PASSWORD" in ran.err
    assert script.asked == []


def test_there_is_no_option_for_a_password_or_a_token(pkectl: Pkectl, script: Script) -> None:
    for wrong in (("--token", "x", "vcenter", "list"), ("vcenter", "add", "--password", "x")):
        assert pkectl(*wrong).code == 2
    assert script.asked == []


def test_a_new_password_and_pin_are_sent(pkectl: Pkectl, script: Script, tmp_path: Path) -> None:
    script.on("GET /vcenters/lab", (200, ADDED))
    script.on("PATCH /vcenters/lab", (200, ADDED))
    (tmp_path / "password").write_text("the new one\n")
    change = ("--password-file", "password", "--thumbprint", "CC:DD")
    assert pkectl("vcenter", "update", "lab", *change).code == 0
    assert script.last("PATCH").body == {"password": "the new one", "thumbprint": "CC:DD"}
    assert pkectl("vcenter", "update", "lab").code == 2


def test_both_ways_to_trust_exclude_each_other(pkectl: Pkectl, script: Script) -> None:
    both = ("--thumbprint", "AA:BB", "--ca-file", "ca.pem")
    assert pkectl("vcenter", "add", "lab", *WHERE, *both).code == 2
    assert script.asked == []


def test_a_server_without_tls_is_named(pkectl: Pkectl, server: ScriptedApi, script: Script) -> None:
    port = server.url.rsplit(":", 1)[-1]
    ran = pkectl("vcenter", "add", "lab", *WHERE, "--port", port)
    assert ran.code == 3
    assert f"127.0.0.1:{port}" in ran.err


def test_the_inventory_is_listed_by_kind(pkectl: Pkectl, script: Script) -> None:
    item = {"name": "nodes", "path": "/DC1/network/nodes"}
    template = {"name": "debian-12-node", "path": "/DC1/vm/templates/debian-12-node", "diskGiB": 20}
    kinds = ("datacenters", "clusters", "resourcePools", "datastores", "datastoreClusters")
    found = {kind: [] for kind in kinds} | {"networks": [item], "folders": []}
    script.on(
        "GET /vcenters/lab/inventory",
        (200, found | {"watchedAt": None, "templates": [template]}),
    )
    out = pkectl("vcenter", "inventory", "lab").out
    assert "20 GiB" in out
    assert "/DC1/network/nodes" in out


def test_a_host_stands_alone(pkectl: Pkectl, script: Script) -> None:
    for host in ("https://vc.example.org", "vc.example.org:8443"):
        ran = pkectl("vcenter", "add", "lab", *WHERE, "--host", host)
        assert (ran.code, "--port" in ran.err) == (2, True)
    assert script.asked == []
