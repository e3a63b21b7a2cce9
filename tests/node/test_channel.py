"""What the service writes for a running node, and how it reads the node's report."""

import base64
import gzip
import json

import pytest

from provisioner.bootstrap.channel import (
    APPLIED,
    CONFIGURATION,
    Applied,
    applied,
    configuration,
    revision,
)
from provisioner.bootstrap.errors import PayloadTooLarge

MAC, WORD, NAME = "00:50:56:00:00:11", "@INTERFACE@", "keepalived"
NICS = {WORD: MAC}


def document(text: str) -> dict[str, object]:
    packed = configuration(NICS, {NAME: text})[CONFIGURATION]
    found: dict[str, object] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return found


def test_the_document_says_which_nic_and_files_it_is_about() -> None:
    assert document("a file") == {
        "revision": revision(NICS, {NAME: "a file"}),
        "nics": NICS,
        "sections": {NAME: "a file"},
    }


def test_a_revision_is_its_content() -> None:
    assert configuration(NICS, {NAME: "a"}) == configuration({WORD: MAC.upper()}, {NAME: "a"})
    assert revision(NICS, {NAME: "a"}) != revision(NICS, {NAME: "b"})


def test_what_no_guest_could_receive_is_refused() -> None:
    noise = "".join(map(chr, range(0x4E00, 0x9FFF)))
    with pytest.raises(PayloadTooLarge):
        configuration(NICS, {NAME: noise * 4})


def test_a_report_is_read() -> None:
    told = {"revision": "4f", "outcome": "refused", "message": "Unknown keyword"}
    assert applied({APPLIED: json.dumps(told)}) == Applied(**told)


def test_a_report_drives_no_terminal_and_fits_any_database() -> None:
    told = {"revision": "4f", "outcome": "refused", "message": "a\0b\x1b[2J\nnext"}
    found = applied({APPLIED: json.dumps(told)})
    assert found
    assert found.message == "a\ufffdb\ufffd[2J\nnext"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '{"revision": "4f"}',
        '{"revision": "4f", "outcome": "perhaps"}',
        json.dumps({"revision": "4" * 65, "outcome": "applied"}),
        json.dumps({"revision": "4f", "outcome": "refused", "message": "x" * 2001}),
        '{"revision": "4f", "outcome": "refused", "message": "\\ud800"}',
    ],
)
def test_a_guest_that_reports_nonsense_has_reported_nothing(text: str) -> None:
    assert applied({APPLIED: text}) is None
    assert applied({}) is None
