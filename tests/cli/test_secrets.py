"""Secrets: what is private comes from files or the keyboard, never from a command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Pkectl
from tests.cli.scripted import Script

MADE = {
    "id": "x",
    "name": "csi",
    "type": "vsphere",
    "createdAt": "2026-11-21T00:00:00Z",
    "createdBy": "alice",
}
OPEN = ("--value", "server=vc.example.org", "--value", "username=csi@vsphere.local")


def test_values_come_from_options_and_files(pkectl: Pkectl, script: Script, tmp_path: Path) -> None:
    script.on("POST /secrets", (201, MADE))
    (tmp_path / "password").write_text("from a file\n")
    given = ("-t", "vsphere", *OPEN, "--from-file", "password=password")
    ran = pkectl("secret", "create", "csi", *given)
    assert ran.code == 0
    assert "alice" in ran.out
    assert "from a file" not in ran.out
    assert script.last("POST").body == {
        "name": "csi",
        "type": "vsphere",
        "values": {
            "server": "vc.example.org",
            "username": "csi@vsphere.local",
            "password": "from a file",
        },
    }


def test_pem_files_are_sent_whole(pkectl: Pkectl, script: Script, tmp_path: Path) -> None:
    script.on("POST /secrets", (201, MADE | {"type": "etcd"}))
    files = []
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(f"{name} one\n{name} two\n")
        files += ["--from-file", f"{name}={name}"]
    assert pkectl("secret", "create", "etcd1", "-t", "etcd", *files).code == 0
    assert script.last("POST").body["values"]["key"] == "key one\nkey two\n"


def test_a_load_balancer_has_two_passwords(pkectl: Pkectl, script: Script, tmp_path: Path) -> None:
    script.on("POST /secrets", (201, MADE | {"type": "load-balancer"}))
    (tmp_path / "admin").write_text("one\n")
    given = ("secret", "create", "edge", "-t", "load-balancer", "--from-file")
    ran = pkectl(*given, "adminPassword=admin")
    assert (ran.code, "viewerPassword=FILE" in ran.err) == (2, True)
    assert pkectl(*given, "adminPassword=admin", "--from-file", "viewerPassword=admin").code == 0
    assert script.last("POST").body["values"] == {"adminPassword": "one", "viewerPassword": "one"}


def test_values_are_replaced_and_who_follows_is_told(
    pkectl: Pkectl, script: Script, tmp_path: Path
) -> None:
    script.on("GET /secrets/edge", (200, MADE | {"name": "edge", "type": "load-balancer"}))
    follows = {"id": "o1", "cluster": {"kind": "load-balancer", "name": "web"}}
    script.on("PUT /secrets/edge", (200, MADE | {"name": "edge", "operations": [follows]}))
    (tmp_path / "new").write_text("one\n")
    given = ("--from-file", "adminPassword=new", "--from-file", "viewerPassword=new")
    ran = pkectl("secret", "replace", "edge", *given)
    assert script.last("PUT").body == {"values": {"adminPassword": "one", "viewerPassword": "one"}}
    assert "load-balancer web follows: pkectl operation watch o1" in ran.out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--value", "password=x"), "--from-file password=FILE"),
        (("--value", "key=x"), "--from-file key=FILE"),
        (("--value", "server"), "KEY=VALUE"),
        (OPEN, "--from-file password=FILE"),
    ],
)
def test_what_is_no_way_to_give_a_value_is_told(
    pkectl: Pkectl, script: Script, given: tuple[str, ...], told: str
) -> None:
    ran = pkectl("secret", "create", "csi", "-t", "vsphere", *given)
    assert (ran.code, told in ran.err) == (2, True)
    assert script.asked == []


def test_lists_and_deletions(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /secrets", (200, {"items": [MADE]}))
    script.on("DELETE /secrets/csi", (204, None))
    out = pkectl("secret", "list", "--type", "vsphere").out
    assert "csi" in out
    assert "vsphere" in out
    assert pkectl("secret", "delete", "csi", "--yes").code == 0
    assert script.last("DELETE").path == "/secrets/csi"
