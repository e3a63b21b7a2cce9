"""The program that keeps a running machine's files current, with the real keepalived's check."""

import base64
import gzip
import json
from collections.abc import Iterator

import pytest

from provisioner.bootstrap import layout
from provisioner.bootstrap.channel import (
    APPLIED,
    CONFIGURATION,
    Applied,
    Section,
    applied,
    configuration,
    revision,
    sections_file,
)
from provisioner.bootstrap.keepalived import INTERFACE, KeepalivedConfig, render
from provisioner.bootstrap.keepalived_files import keepalived_files, told
from provisioner.bootstrap.layout import NODE_CONFIGURATION
from tests.net.machines import Machine, needs_root
from tests.net.masters import KEEPALIVED_CONF
from tests.net.virtual_hardware import RPCTOOL

pytestmark = needs_root

MAC = "00:50:56:00:00:11"
RELOADS = '#!/bin/sh\n[ ! -e /run/broken ] && echo "$*" >> /run/reloads\n'


def text(*peers: str, interface: str = INTERFACE) -> str:
    return render(
        KeepalivedConfig(
            router_id="m1",
            interface=interface,
            source="10.0.0.11",
            peers=peers,
            vip="10.0.0.100",
            virtual_router_id=1,
            priority=254,
        )
    )


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    made.run(*f"ip link add ens192 address {MAC} type veth peer name other".split())
    for file in keepalived_files():
        made.write(file["path"], file["content"], int(file["permissions"], 8))
    made.write("/usr/local/bin/vmware-rpctool", RPCTOOL, 0o755)
    made.write("/usr/local/bin/systemctl", RELOADS, 0o755)
    made.path("/run/guest/out").mkdir(parents=True)
    made.write(KEEPALIVED_CONF, text("10.0.0.12", interface="ens192"))
    yield made
    made.power_off()


def look(machine: Machine) -> str:
    return machine.run("/usr/bin/python3", "-I", NODE_CONFIGURATION).stdout


def tell(machine: Machine, config: str, nic: str = MAC) -> str:
    for key, value in configuration(*told(nic, config)).items():
        machine.write(f"/run/guest/info/{key}", value)
    return revision(*told(nic, config))


def reported(machine: Machine) -> Applied | None:
    path = machine.path(f"/run/guest/out/{APPLIED}")
    return applied({APPLIED: path.read_text()} if path.exists() else {})


def reloads(machine: Machine) -> list[str]:
    path = machine.path("/run/reloads")
    return path.read_text().splitlines() if path.exists() else []


def current(machine: Machine) -> str:
    return machine.path(KEEPALIVED_CONF).read_text()


def test_nothing_to_do_is_nothing_said(machine: Machine) -> None:
    assert look(machine) == ""
    assert (reported(machine), reloads(machine)) == (None, [])


def test_a_new_file_is_put_in_place_and_in_force_once(machine: Machine) -> None:
    told = tell(machine, text("10.0.0.12", "10.0.0.13"))
    assert told in look(machine)
    assert reported(machine) == Applied(revision=told, outcome="applied")
    assert current(machine) == text("10.0.0.12", "10.0.0.13", interface="ens192")
    assert machine.path(KEEPALIVED_CONF).stat().st_mode & 0o777 == 0o640
    assert look(machine) == ""
    assert reloads(machine) == ["reload keepalived.service"]


def test_a_file_changed_by_hand_is_put_right(machine: Machine) -> None:
    tell(machine, text("10.0.0.12"))
    look(machine)
    machine.write(KEEPALIVED_CONF, "# mine\n")
    look(machine)
    assert current(machine) == text("10.0.0.12", interface="ens192")
    assert len(reloads(machine)) == 2


def test_what_keepalived_refuses_changes_nothing(machine: Machine) -> None:
    before = current(machine)
    told = tell(machine, text("10.0.0.12").replace("nopreempt", "nopremption"))
    look(machine)
    report = reported(machine)
    assert report
    assert (report.revision, report.outcome) == (told, "refused")
    assert "nopremption" in report.message
    assert (current(machine), reloads(machine)) == (before, [])
    assert list(machine.path("/etc/keepalived").glob("*.new")) == []
    better = tell(machine, text("10.0.0.13"))
    look(machine)
    assert reported(machine) == Applied(revision=better, outcome="applied")


def packed(document: object) -> str:
    return base64.b64encode(gzip.compress(json.dumps(document).encode(), mtime=0)).decode()


GARBAGE = {
    "bytes": "\x00\xff",
    "text": "not base64!",
    "no gzip": base64.b64encode(b"not gzip").decode(),
    "cut": packed({"revision": "1", "nics": {INTERFACE: MAC}})[:-8],
    "nothing": packed(None),
    "list": packed(["revision", "nics", "sections"]),
    "no sections": packed({"revision": "1", "nics": {INTERFACE: MAC}, "sections": None}),
    "number as revision": packed({"revision": 1, "nics": {INTERFACE: MAC}, "sections": {}}),
    "number as section": packed(
        {"revision": "1", "nics": {INTERFACE: MAC}, "sections": {"keepalived": 7}}
    ),
    "foreign file": packed(
        {"revision": "1", "nics": {INTERFACE: MAC}, "sections": {"/etc/passwd": "root::0:0"}}
    ),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_and_survived(machine: Machine, garbage: str) -> None:
    before = current(machine)
    machine.write(f"/run/guest/info/{CONFIGURATION}", garbage)
    look(machine)
    report = reported(machine)
    assert report
    assert (report.outcome, current(machine), reloads(machine)) == ("refused", before, [])


def test_a_machine_that_is_not_that_far_goes_on_by_itself(machine: Machine) -> None:
    machine.path(KEEPALIVED_CONF).unlink()
    told = tell(machine, text("10.0.0.12"))
    look(machine)
    report = reported(machine)
    assert report
    assert (report.outcome, reloads(machine)) == ("waiting", [])
    machine.write(KEEPALIVED_CONF, text("10.0.0.13", interface="ens192"))
    look(machine)
    assert reported(machine) == Applied(revision=told, outcome="applied")


def test_a_nic_that_is_not_there_is_waited_for(machine: Machine) -> None:
    tell(machine, text("10.0.0.12"), nic="00:50:56:00:00:99")
    look(machine)
    report = reported(machine)
    assert report
    assert (report.outcome, reloads(machine)) == ("waiting", [])
    assert "00:50:56:00:00:99" in report.message


OTHERS = (
    Section(name="secret", path="/etc/told/secret", mode=0o600, apply=("systemctl", "both")),
    Section(name="plain", path="/etc/told/plain", mode=0o644, apply=("systemctl", "both")),
)


@pytest.fixture
def stranger(machine: Machine) -> Machine:
    """A machine that is told other files, and has fetched a secret."""
    machine.write(layout.SECTIONS, sections_file(OTHERS))
    machine.write(layout.VALUES, json.dumps({"@KEY@": "s3cret"}), 0o600)
    return machine


def offer(machine: Machine, sections: dict[str, str]) -> str:
    value = configuration({}, sections)[CONFIGURATION]
    machine.write("/run/offer", value)
    return value


def test_a_first_document_is_applied_from_a_file(stranger: Machine) -> None:
    offer(stranger, {"plain": "a\n", "secret": "key @KEY@\n"})
    stranger.run("/usr/bin/python3", "-I", NODE_CONFIGURATION, "/run/offer")
    assert stranger.path("/etc/told/secret").read_text() == "key s3cret\n"
    assert stranger.path("/etc/told/secret").stat().st_mode & 0o777 == 0o600
    assert stranger.path("/etc/told/plain").read_text() == "a\n"
    assert reloads(stranger) == ["both"]


def test_what_was_applied_from_a_file_is_not_applied_again(stranger: Machine) -> None:
    value = offer(stranger, {"plain": "a\n"})
    stranger.run("/usr/bin/python3", "-I", NODE_CONFIGURATION, "/run/offer")
    stranger.write(f"/run/guest/info/{CONFIGURATION}", value)
    assert look(stranger) == ""
    assert reloads(stranger) == ["both"]


def test_a_word_that_nobody_has_told_the_machine_is_waited_for(stranger: Machine) -> None:
    offer(stranger, {"plain": "@OTHER@\n"})
    failed = stranger.run("/usr/bin/python3", "-I", NODE_CONFIGURATION, "/run/offer", check=False)
    assert failed.returncode == 1
    assert "@OTHER@" in failed.stdout
    assert not stranger.path("/etc/told/plain").exists()


def test_a_reload_that_fails_is_tried_again(machine: Machine) -> None:
    machine.write("/run/broken", "")
    told = tell(machine, text("10.0.0.13"))
    look(machine)
    report = reported(machine)
    assert report
    assert report.outcome == "waiting"
    machine.path("/run/broken").unlink()
    look(machine)
    assert reported(machine) == Applied(revision=told, outcome="applied")


def test_a_report_that_nobody_took_is_made_again(machine: Machine) -> None:
    machine.path("/run/guest/out").rename(machine.path("/run/guest/gone"))
    told = tell(machine, text("10.0.0.13"))
    look(machine)
    machine.path("/run/guest/gone").rename(machine.path("/run/guest/out"))
    look(machine)
    assert reported(machine) == Applied(revision=told, outcome="applied")


def test_older_tools_will_do(machine: Machine) -> None:
    tool = "/usr/local/bin/vmware-rpctool"
    machine.path(tool).rename(machine.path("/usr/local/bin/rpc"))
    machine.write("/usr/local/bin/vmtoolsd", '#!/bin/sh\n[ "$1" = --cmd ] && rpc "$2"\n', 0o755)
    told = tell(machine, text("10.0.0.13"))
    look(machine)
    assert reported(machine) == Applied(revision=told, outcome="applied")


def test_no_tools_no_change(machine: Machine) -> None:
    machine.path("/usr/local/bin/vmware-rpctool").unlink()
    tell(machine, text("10.0.0.13"))
    assert look(machine) == ""
    assert reloads(machine) == []
