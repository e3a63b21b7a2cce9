"""Add-ons at the command line."""

import pytest

from tests.cli.conftest import Pkectl
from tests.cli.documents import operation
from tests.cli.scripted import Script

PATH = "/clusters/demo/addons"
DIGEST = "a" * 64
CNI = {
    "name": "cni",
    "program": "flannel",
    "version": "v0.26.7",
    "managed": True,
    "wanted": True,
    "state": "unhealthy",
    "reason": "0 of 3 pods available",
    "objects": 6,
    "seenAt": None,
}


def test_they_are_listed_with_what_is_wrong(pkectl: Pkectl, script: Script) -> None:
    script.on(f"GET {PATH}", (200, {"items": [CNI]}))
    ran = pkectl("cluster", "addon", "list", "demo")
    assert ran.code == 0
    for text in ("flannel", "v0.26.7", "unhealthy", "0 of 3 pods available"):
        assert text in ran.out


@pytest.mark.parametrize(("flag", "enabled"), [("--disabled", False), ("--enabled", True)])
def test_one_is_switched(pkectl: Pkectl, script: Script, flag: str, enabled: bool) -> None:
    script.on(f"PATCH {PATH}", (202, operation()))
    assert pkectl("cluster", "addon", "set", "demo", "load-balancer", flag).code == 0
    assert script.last("PATCH").body == {"loadBalancer": {"enabled": enabled}}


def test_a_manifest_is_given(pkectl: Pkectl, script: Script) -> None:
    script.on(f"PATCH {PATH}", (202, operation()))
    given = ("--file", "calico.yaml", "--sha256", DIGEST)
    assert pkectl("cluster", "addon", "manifest", "demo", *given).code == 0
    assert script.last("PATCH").body == {"cniManifest": {"file": "calico.yaml", "sha256": DIGEST}}


def test_another_account_is_named(pkectl: Pkectl, script: Script) -> None:
    script.on(f"PATCH {PATH}", (202, operation()))
    assert pkectl("cluster", "addon", "account", "demo", "csi-2").code == 0
    assert script.last("PATCH").body == {"storage": {"secret": "csi-2"}}


@pytest.mark.parametrize(
    "wrong",
    [
        ("set", "demo", "dns", "--disabled"),
        ("set", "demo", "load-balancer"),
        ("manifest", "demo", "--sha256", DIGEST),
        ("manifest", "demo", "--sha256", DIGEST, "--url", "https://x/y", "--file", "y.yaml"),
    ],
)
def test_what_makes_no_sense_is_not_sent(
    pkectl: Pkectl, script: Script, wrong: tuple[str, ...]
) -> None:
    assert pkectl("cluster", "addon", *wrong).code == 2
    assert script.asked == []


def test_on_or_off_is_to_be_said(pkectl: Pkectl, script: Script) -> None:
    ran = pkectl("cluster", "addon", "set", "demo", "load-balancer")
    assert ran.code == 2
    assert "--enabled or --disabled" in ran.err
    assert script.asked == []
