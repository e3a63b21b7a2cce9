"""Progress in a pipe: each change one line, until the end."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from api.cli.client import Api
from api.cli.config import Connection
from api.cli.silence import Silence
from tests.cli.conftest import PROGRAM, TOKEN, Pkectl, kept_environment
from tests.cli.documents import (
    CLUSTER_ID,
    OPERATION_ID,
    SUCCESSOR_ID,
    cluster,
    event,
    node,
    operation,
    step,
    succeeded,
)
from tests.cli.scripted import HANG_UP, Script, ScriptedApi, problem


@pytest.fixture
def running(script: Script) -> Script:
    """A cluster whose creation is running at the first look and done at the second."""
    script.on("GET /clusters/demo", (200, cluster()))
    script.on(f"GET /clusters/{CLUSTER_ID}", (200, cluster()))
    script.on(f"GET /clusters/{CLUSTER_ID}/nodes", (200, {"items": [node("demo-workers-x")]}))
    events = [event(1, "an old one", at="2026-02-01T00:00:00Z"), event(2, "cloned")]
    script.on(f"GET /clusters/{CLUSTER_ID}/events", (200, {"items": events}), (200, {"items": []}))
    looks = [(200, operation()), (200, operation()), (200, succeeded())]
    script.on(f"GET /operations/{OPERATION_ID}", *looks)
    return script


def test_watch_prints_each_change_once(pkectl: Pkectl, running: Script) -> None:
    ran = pkectl("cluster", "watch", "demo")
    assert ran.code == 0
    assert ran.out.count("certificates: done 100%") == 1
    assert ran.out.count("NodePlanned: cloned") == 1
    assert "an old one" not in ran.out
    assert "create succeeded after 90s" in ran.out


def test_beside_json_the_progress_is_not_in_the_answer(pkectl: Pkectl, running: Script) -> None:
    running.on("POST /clusters/demo/retry", (202, operation()))
    ran = pkectl("cluster", "retry", "demo", "--wait", "-o", "json")
    assert json.loads(ran.out)["state"] == "succeeded"
    assert "certificates: done" in ran.err


def repaired(script: Script, *looks: dict[str, object]) -> None:
    """The latest operation is over; then the cluster is as in `looks`, one after the other."""
    answers = [(200, cluster(**one)) for one in looks]
    script.on("GET /clusters/demo", answers[0])
    script.on(f"GET /clusters/{CLUSTER_ID}", *answers)
    script.on(f"GET /clusters/{CLUSTER_ID}/nodes", (200, {"items": []}))
    lost = event(7, "demo-workers-x: its VM is gone", at="2026-03-01T11:00:00Z")
    script.on(f"GET /clusters/{CLUSTER_ID}/events", (200, {"items": [lost]}), (200, {"items": []}))
    script.on(f"GET /operations/{OPERATION_ID}", (200, succeeded()))


def short(ready: int) -> dict[str, object]:
    found = {"type": "GroupReady/workers", "status": "False", "reason": "Working"}
    return {"status": "UPDATING", "conditions": [found | {"message": f"{ready} of 3 ready"}]}


def test_a_repair_is_watched_to_its_end(pkectl: Pkectl, script: Script) -> None:
    repaired(script, short(1), short(2), {"status": "RUNNING", "conditions": []})
    ran = pkectl("cluster", "watch", "demo")
    assert ran.code == 0
    assert "its VM is gone" in ran.out
    assert ran.out.index("1 of 3 ready") < ran.out.index("2 of 3 ready")
    assert "repair succeeded" in ran.out


def test_a_repair_that_fails_is_a_failure(pkectl: Pkectl, script: Script) -> None:
    stuck = {"type": "AsAsked", "status": "False", "reason": "Stuck", "message": "workers: no room"}
    repaired(script, short(1), {"status": "FAILED", "conditions": [stuck]})
    ran = pkectl("cluster", "watch", "demo")
    assert ran.code == 1
    assert "workers: no room" in ran.err


def test_silence_is_explained_once(script: Script, server: ScriptedApi) -> None:
    script.on("GET /readyz", (200, {"status": "ok", "checks": {}, "worker": "missing"}))
    said: list[str] = []
    api = Api(Connection(server.url, TOKEN))
    silence = Silence(api, said.append, patience=0)
    for news in ("queued", "queued", "queued"):
        silence.note(news)
    assert len(said) == 1
    assert "pke-provisioner worker" in said[0]
    silence.note("cloned")
    script.on("GET /readyz", (200, {"status": "ok", "checks": {}, "worker": "ok"}))
    silence.note("cloned")
    assert len(said) == 1
    api.close()


def test_a_superseded_operation_is_followed_on(pkectl: Pkectl, running: Script) -> None:
    reason = "superseded by generation 2 (scale)"
    old = operation(state="superseded", reason=reason, supersededBy=SUCCESSOR_ID)
    running.on(f"GET /operations/{OPERATION_ID}", (200, operation()), (200, old))
    running.on(f"GET /operations/{SUCCESSOR_ID}", (200, succeeded(id=SUCCESSOR_ID, kind="scale")))
    ran = pkectl("operation", "watch", OPERATION_ID)
    assert ran.code == 0
    assert reason in ran.out
    assert "scale succeeded" in ran.out


def test_a_deletion_is_followed_beyond_the_cluster(pkectl: Pkectl, script: Script) -> None:
    steps = [step("machines", "running", 50, "removed 1 of 2")]
    gone = [(200, operation(kind="delete", steps=steps)), (200, succeeded(kind="delete"))]
    script.on("DELETE /clusters/demo", (202, operation(kind="delete", steps=steps)))
    script.on(f"GET /operations/{OPERATION_ID}", *gone)
    script.on(f"GET /clusters/{CLUSTER_ID}", problem(404, "there is no cluster"))
    ran = pkectl("cluster", "delete", "demo", "--yes", "--wait")
    assert ran.code == 0
    assert "delete succeeded" in ran.out


def test_an_api_that_is_away_for_a_moment_is_waited_for(pkectl: Pkectl, running: Script) -> None:
    lost = [HANG_UP] * 3
    running.on(f"GET /operations/{OPERATION_ID}", (200, operation()), *lost, (200, succeeded()))
    ran = pkectl("cluster", "watch", "demo")
    assert ran.code == 0
    assert "trying again" in ran.out


def test_ctrl_c_leaves_the_operation_alone_and_says_how_to_go_on(
    server: ScriptedApi, running: Script, tmp_path: Path
) -> None:
    running.on(f"GET /operations/{OPERATION_ID}", (200, operation()))
    given = kept_environment(tmp_path) | {"PKECTL_URL": server.url, "PKECTL_TOKEN": TOKEN}
    command = (*PROGRAM, "cluster", "watch", "demo")
    with subprocess.Popen(
        command, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"pkectl operation watch {OPERATION_ID}" in err
