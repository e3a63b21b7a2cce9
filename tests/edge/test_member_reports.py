"""A member's status on its way to the service; what a guest says may be anything."""

import base64
import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge import member_status
from provisioner.edge.member_status import LIMIT, STATUS
from provisioner.edge.reports import of_pair, reported
from provisioner.edge.status import MemberStatus
from tests.edge.documents import document

GROUP = {"member": "m1", "state": "MASTER", "priority": 100, "since": 1.5, "held": ["10.0.0.1"]}
SERVER = {"backend": "web.servers", "name": "a", "state": "UP", "check": "L4OK", "since": 1000}


def told(**changes: Any) -> dict[str, Any]:
    return {"groups": [GROUP], "servers": [SERVER], "beat": 300} | changes


def of(text: bytes) -> MemberStatus | None:
    return reported({STATUS: base64.b64encode(text).decode()})


def test_what_a_member_packs_is_what_is_read() -> None:
    found = reported({STATUS: member_status.packed(told())})
    assert found == MemberStatus.model_validate(told())


def test_programs_that_do_not_answer_are_none() -> None:
    found = reported({STATUS: member_status.packed(told(groups=None, servers=None))})
    assert found is not None
    assert (found.groups, found.servers) == (None, None)


def kept(**changes: Any) -> MemberStatus:
    pair = LoadBalancerDocument.model_validate(document(endpoints=[ENDPOINT]))
    return of_pair(MemberStatus.model_validate(told(**changes)), pair)


ENDPOINT = {
    "cluster": "prod",
    "address": "10.2.0.150",
    "masters": [{"name": "prod-cp-1", "address": "10.3.0.50"}],
}


def test_what_speaks_of_the_pair_is_kept() -> None:
    own = (
        ("web1.servers", "east1"),
        ("web1.servers", "west2"),
        ("cluster:prod.servers", "prod-cp-1"),
    )
    servers = [SERVER | {"backend": backend, "name": name} for backend, name in own]
    group = GROUP | {"held": ["10.2.0.101", "10.2.0.150"]}
    assert kept(groups=[group], servers=servers) == MemberStatus.model_validate(
        told(groups=[group], servers=servers)
    )
    assert kept(groups=None, servers=None) == MemberStatus(groups=None, servers=None, beat=300)


def test_what_a_guest_makes_up_is_not_kept() -> None:
    servers = [SERVER | {"backend": "web1.servers", "name": f"forged{n}"} for n in range(16000)]
    servers += [SERVER | {"backend": "web1.servers", "name": "east1"}] * 384
    groups = [
        GROUP | {"held": ["10.2.0.101"] + [f"10.9.{n // 250}.{n % 250}" for n in range(1000)]}
    ]
    groups += [GROUP | {"member": "forged"}, groups[0]]
    found = kept(groups=groups, servers=servers)
    assert [one.name for one in found.servers or ()] == ["east1"]
    assert [(one.member, one.held) for one in found.groups or ()] == [("m1", ("10.2.0.101",))]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no gzip",
        gzip.compress(b"no json"),
        gzip.compress(b"[]"),
        gzip.compress(json.dumps(told(groups=[GROUP | {"priority": 256}])).encode()),
        gzip.compress(json.dumps(told(servers=[SERVER | {"state": "x" * 129}])).encode()),
        gzip.compress(json.dumps(told(servers=[SERVER | {"since": 1e300}])).encode()),
        gzip.compress(json.dumps(told(groups=[GROUP] * 9)).encode()),
        gzip.compress(b" " * 64 * 1024 * 1024),
        gzip.compress(json.dumps(told()).encode())[:-9],
    ],
    ids=["nothing", "text", "words", "list", "number", "long", "late", "many", "bomb", "cut"],
)
def test_nonsense_is_no_report(text: bytes) -> None:
    assert of(text) is None


def test_words_of_a_member_drive_no_terminal_and_fit_any_database() -> None:
    words = {"backend": "\x1b]0;web\x07", "name": "\x00", "state": "\x9b2J", "check": "\x1b[8m"}
    group = GROUP | {"member": "\x1bc", "held": ["\x1b[2J"]}
    found = of(gzip.compress(json.dumps(told(groups=[group], servers=[SERVER | words])).encode()))
    assert found is not None
    shown = found.model_dump_json()
    assert shown.isprintable()
    assert "\\u00" not in shown


def test_times_that_only_jitter_stay_as_they_were() -> None:
    now = told(servers=[SERVER | {"since": 1001}])
    assert member_status.settled(now, told()) == told()


@pytest.mark.parametrize("before", [{}, told(servers=None), told(servers=[SERVER | {"name": "b"}])])
def test_what_was_not_known_before_is_told_as_it_is(before: dict[str, Any]) -> None:
    now = told(servers=[SERVER | {"since": 1001}])
    assert member_status.settled(json.loads(json.dumps(now)), before) == now


def test_a_server_that_changed_again_has_its_own_time() -> None:
    now = told(servers=[SERVER | {"since": 1060}])
    assert member_status.settled(now, told())["servers"][0]["since"] == 1060


def test_of_too_many_servers_those_in_trouble_are_told() -> None:
    noise = (hashlib.sha512(str(one).encode()).hexdigest() for one in range(1000))
    sick = SERVER | {"name": "sick", "state": "DOWN"}
    servers = [*(SERVER | {"name": name} for name in noise), sick]
    packed = member_status.fitting(told(servers=servers))
    assert len(packed) <= LIMIT
    found = reported({STATUS: packed})
    assert found is not None
    assert found.servers is not None
    assert [one.name for one in found.servers] == ["sick"]


@pytest.fixture
def hypervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What it was told, on a machine where neither keepalived nor HAProxy runs."""
    told = tmp_path / "told"
    program = tmp_path / "vmware-rpctool"
    program.write_text(f'#!/bin/sh\n[ -e {told}.deaf ] && exit 1\necho "$1" >> {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(member_status, "TOLD", str(tmp_path / "run" / "status.json"))
    for name in ("KEEPALIVED_PID", "ADMIN_SOCKET"):
        monkeypatch.setattr(member_status, name, str(tmp_path / name))
    return told


def requests(hypervisor: Path) -> list[str]:
    return hypervisor.read_text().splitlines() if hypervisor.exists() else []


def test_the_hypervisor_is_told_once(hypervisor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    member_status.tell()
    member_status.tell()
    [request] = requests(hypervisor)
    verb, key, value = request.split()
    assert (verb, key) == ("info-set", STATUS)
    assert reported({key: value}) == MemberStatus(groups=None, servers=None, beat=900)
    monkeypatch.setattr(time, "time", lambda: 1201.0)
    member_status.tell()
    assert len(requests(hypervisor)) == 2


def test_what_the_hypervisor_did_not_take_is_told_again(hypervisor: Path) -> None:
    deaf = hypervisor.with_name("told.deaf")
    deaf.touch()
    member_status.tell()
    deaf.unlink()
    member_status.tell()
    assert len(requests(hypervisor)) == 1


@pytest.fixture
def taciturn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An HAProxy with no connection left for who asks: it hangs up."""
    path = str(tmp_path / "admin.sock")
    monkeypatch.setattr(member_status, "ADMIN_SOCKET", path)

    def hang_up() -> None:
        asking, _ = listening.accept()
        with asking:
            asking.recv(100)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        serving = threading.Thread(target=hang_up)
        serving.start()
        yield
        serving.join(10)


@pytest.mark.usefixtures("taciturn")
def test_a_haproxy_that_hangs_up_does_not_answer() -> None:
    assert member_status.servers() is None
