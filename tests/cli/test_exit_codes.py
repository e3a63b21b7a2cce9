"""A script can tell from the exit code what happened."""

from pathlib import Path

import pytest

from tests.cli.conftest import TOKEN, Pkectl, run_pkectl
from tests.cli.documents import operation, succeeded
from tests.cli.scripted import HANG_UP, Script, problem


@pytest.mark.parametrize(
    ("status", "code"),
    [(200, 0), (409, 1), (500, 1), (404, 4), (401, 5), (403, 5), (422, 6)],
)
def test_each_kind_of_answer_has_its_code(
    pkectl: Pkectl, script: Script, status: int, code: int
) -> None:
    good = (200, {"items": []})
    script.on("GET /clusters", good if status == 200 else problem(status, "because of this"))
    ran = pkectl("cluster", "list")
    assert ran.code == code
    assert status == 200 or "because of this" in ran.err
    assert "Traceback" not in ran.err


def test_usage_is_2(pkectl: Pkectl, script: Script) -> None:
    assert pkectl("cluster", "scale", "demo").code == 2
    assert pkectl("cluster", "create", "-f", "absent.yaml").code == 2
    ran = pkectl("cluster", "delete", "demo")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert script.asked == []


def test_no_answer_is_3(tmp_path: Path) -> None:
    nobody = {"PKECTL_URL": "http://127.0.0.1:1", "PKECTL_TOKEN": TOKEN}
    ran = run_pkectl(tmp_path, nobody, ("cluster", "list"))
    assert ran.code == 3
    assert "http://127.0.0.1:1" in ran.err
    assert "is it running" in ran.err


def test_a_lab_that_does_not_run_is_to_be_started(tmp_path: Path) -> None:
    given = {"PKECTL_CONFIG": str(tmp_path / ".lab" / "stack.json")}
    ran = run_pkectl(tmp_path, given, ("cluster", "list"))
    assert ran.code == 2
    assert "make up" in ran.err


def test_a_token_is_asked_for_with_the_ways_to_give_it(tmp_path: Path) -> None:
    ran = run_pkectl(tmp_path, {}, ("cluster", "list"))
    assert ran.code == 2
    assert "PKECTL_TOKEN" in ran.err


@pytest.mark.parametrize(
    "given",
    [
        {"PKECTL_TOKEN": "two\nlines"},
        {"PKECTL_TOKEN": "pke_\u00e4"},
        {"PKECTL_URL": "https://127.0.0.1:1", "PKECTL_CA_FILE": "absent.pem"},
        {"PKECTL_URL": "pke.example.org"},
        {"PKECTL_CONFIG": "absent.yaml"},
        {"PKECTL_TOKEN_FILE": "absent"},
    ],
)
def test_what_was_configured_wrongly_is_named(
    pkectl: Pkectl, script: Script, given: dict[str, str]
) -> None:
    ran = pkectl("cluster", "list", **given)
    assert ran.code == 2
    assert given.get("PKECTL_TOKEN", "two\nlines") not in ran.err
    assert script.asked == []


def test_an_address_that_is_none_is_3(pkectl: Pkectl) -> None:
    assert pkectl("cluster", "list", PKECTL_URL="http://[").code == 3


def test_waiting_too_long_is_7_and_says_how_to_go_on(pkectl: Pkectl, script: Script) -> None:
    script.on("DELETE /clusters/demo", (202, operation(kind="delete")))
    script.on(f"GET /operations/{operation()['id']}", (200, operation(kind="delete")))
    ran = pkectl("cluster", "delete", "demo", "--yes", "--wait", "--timeout", "0s")
    assert ran.code == 7
    assert f"pkectl operation watch {operation()['id']}" in ran.err


def test_a_failed_operation_is_1_with_its_reason(pkectl: Pkectl, script: Script) -> None:
    failed = operation(state="failed", reason="workers: no address", finishedAt="2026-03-01T10:09Z")
    script.on("POST /clusters/demo/retry", (202, operation()))
    script.on(f"GET /operations/{operation()['id']}", (200, failed))
    ran = pkectl("cluster", "retry", "demo", "--wait")
    assert ran.code == 1
    assert "workers: no address" in ran.err
    assert "pkectl cluster retry demo" in ran.err
    assert "pkectl cluster delete demo" in ran.err


def test_a_lost_answer_is_asked_for_again_with_the_same_key(pkectl: Pkectl, script: Script) -> None:
    script.on("POST /clusters/demo/retry", HANG_UP, (202, succeeded()))
    assert pkectl("cluster", "retry", "demo").code == 0
    keys = [asked.headers["Idempotency-Key"] for asked in script.asked]
    assert len(keys) == 2
    assert keys[0] == keys[1]
