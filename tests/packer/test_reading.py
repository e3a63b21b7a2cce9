"""What Packer says and leaves, as it is read, and what must not be read by others."""

import asyncio
import html
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.images import log as logs
from provisioner.images.build_errors import ResultUnreadable
from provisioner.images.log import Log
from provisioner.images.output import escaped, parse
from provisioner.images.redaction import HIDDEN, Redactor
from provisioner.images.results import read_artifact, read_report

REPORT = {"os": "debian12", "kernel": "6.1", "checks": [{"name": "kubelet", "ok": True}]}
BUILD = {
    "name": "image",
    "builder_type": "vsphere-clone",
    "build_time": 1795245874,
    "files": None,
    "artifact_id": "an-image",
    "packer_run_uuid": "cb514988",
    "custom_data": None,
}


def plain(text: str) -> str:
    return text


def test_what_is_for_people() -> None:
    said = parse("1795245872,,ui,say,==> null.image: one%!(PACKER_COMMA) two\\nthree", plain)
    assert (said.text, said.is_error) == ("==> null.image: one, two\nthree", False)
    assert parse("1795245872,,ui,error,oops", plain).is_error


def test_the_reason_of_a_failure() -> None:
    failed = parse("1795245872,vsphere-clone.image,error,Timeout waiting for IP.", plain)
    assert (failed.text, failed.is_error) == ("Timeout waiting for IP.", True)


def test_what_is_for_programs_alone() -> None:
    assert parse("1795245874,null.image,artifact,0,id,Null", plain).text == ""


@given(st.text(st.characters(exclude_characters="\n,"), min_size=1))
def test_a_stranger_among_the_lines_is_for_people(line: str) -> None:
    assert parse(line, plain).text == line


def test_secrets_are_hidden_however_spelled() -> None:
    redact = Redactor(["p@ss/word", ""])
    text = "Login as a:p@ss/word failed: https://a:p%40ss%2Fword@vc/sdk"
    assert redact(text) == f"Login as a:{HIDDEN} failed: https://a:{HIDDEN}@vc/sdk"


@pytest.mark.parametrize(
    "secret", [r"a\nb\rc", "one, two", 'say "hi"', "a<b>&c", "back\\slash", "sch\u00f6n", "%!(x"]
)
@pytest.mark.parametrize(
    "spell", [str, json.dumps, quote, quote_plus, html.escape, lambda text: quote(text, safe="")]
)
def test_secrets_are_hidden_before_a_line_is_read(secret: str, spell: Callable[[str], str]) -> None:
    line = f"1795245872,,ui,say,user {escaped(spell(secret))} end"
    said = parse(line, Redactor([secret])).text
    assert HIDDEN in said
    assert set(said.replace(HIDDEN, "").replace('"', "").split()) == {"user", "end"}


def test_secrets_are_hidden_as_go_writes_json() -> None:
    assert Redactor(["a<b>&c"])(r"a\u003cb\u003e\u0026c") == HIDDEN


def test_a_proxys_password_is_hidden() -> None:
    assert Redactor([])("via http://me:secret@proxy:3128/") == f"via http://me:{HIDDEN}@proxy:3128/"


class Written:
    def __init__(self) -> None:
        self.lines: list[str] = []

    async def append(self, lines: Sequence[str]) -> None:
        self.lines += lines


async def test_a_log_has_lines_without_secrets() -> None:
    written = Written()
    log = Log(written.append, Redactor(["secret"]))
    async with log.written():
        log.say("one\n\ntwo secret\n")
        log.say("x" * 5000)
    assert written.lines == ["one", f"two {HIDDEN}", "x" * logs.LONGEST_LINE]


async def test_a_log_is_written_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WRITE_SECONDS", 0.01)
    written, appended = Written(), asyncio.Event()

    async def append(lines: Sequence[str]) -> None:
        await written.append(lines)
        appended.set()

    log = Log(append, Redactor([]))
    async with log.written():
        log.say("one")
        await asyncio.wait_for(appended.wait(), 5)
        assert written.lines == ["one"]
        log.say("two")
    assert written.lines == ["one", "two"]


async def test_lines_that_could_not_be_written_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WRITE_SECONDS", 0.01)
    written, appended, refused = Written(), asyncio.Event(), asyncio.Event()

    async def append(lines: Sequence[str]) -> None:
        if not refused.is_set():
            refused.set()
            raise OSError("no database")
        await written.append(lines)
        appended.set()

    log = Log(append, Redactor([]))
    async with log.written():
        log.say("one")
        await asyncio.wait_for(refused.wait(), 5)
        log.say("two")
        await asyncio.wait_for(appended.wait(), 5)
        log.say("three")
    assert written.lines == ["one", "two", "three"]


async def test_a_log_that_nobody_takes_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logs, "WRITE_SECONDS", 0.01)

    async def append(_: Sequence[str]) -> None:
        raise OSError("no database")

    log = Log(append, Redactor([]))
    async with log.written():
        log.say("one")
    assert "the last 1 lines of a build's log are lost" in caplog.text


async def test_a_write_under_way_at_the_end_is_not_overtaken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "WRITE_SECONDS", 0.01)
    written, began, goes_on = Written(), asyncio.Event(), asyncio.Event()

    async def append(lines: Sequence[str]) -> None:
        if not began.is_set():
            began.set()
            await goes_on.wait()
        await written.append(lines)

    async def build() -> None:
        async with log.written():
            log.say("one")
            await began.wait()
            log.say("two")

    log = Log(append, Redactor([]))
    building = asyncio.create_task(build())
    await asyncio.wait_for(began.wait(), 5)
    asyncio.get_running_loop().call_later(0.05, goes_on.set)
    await asyncio.wait_for(building, 5)
    assert written.lines == ["one", "two"]


async def test_of_a_log_without_end_the_beginning_and_the_end_are_kept() -> None:
    written = Written()
    log = Log(written.append, Redactor([]))
    many = logs.MOST_LINES + logs.LAST_LINES + 3
    async with log.written():
        for number in range(many):
            log.say(f"line {number}")
    assert len(written.lines) == logs.MOST_LINES + logs.LAST_LINES + 1
    assert written.lines[logs.MOST_LINES] == "(3 lines are left out)"
    assert written.lines[-1] == f"line {many - 1}"


def test_the_last_build_of_a_manifest_counts(tmp_path: Path) -> None:
    older = BUILD | {"artifact_id": "older"}
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"builds": [older, BUILD], "last_run_uuid": "cb514988"}))
    assert read_artifact(manifest).artifact_id == "an-image"


def test_a_report_is_read(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps(REPORT | {"cloudInit": "24.4", "kubernetes": "1.35.4"}))
    found = read_report(report)
    assert (found.os, found.cloud_init, found.kubernetes) == ("debian12", "24.4", "1.35.4")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "is missing"),
        ("{", "Invalid JSON"),
        (json.dumps(REPORT | {"os": "x" * 2**20}), "longer than"),
        (json.dumps(REPORT | {"os": ""}), "os: String should have at least 1"),
        (json.dumps(REPORT | {"checks": [{"name": "kubelet", "ok": False}]}), "failed: kubelet"),
    ],
)
def test_a_report_that_shows_nothing(tmp_path: Path, text: str | None, reason: str) -> None:
    report = tmp_path / "report.json"
    if text is not None:
        report.write_text(text)
    with pytest.raises(ResultUnreadable, match=reason):
        read_report(report)
