"""What is made has a log, and can be cancelled: pkectl says where."""

from typing import Any

from tests.cli.conftest import Pkectl
from tests.cli.documents import CLUSTER_ID, OPERATION_ID, operation
from tests.cli.scripted import Events, Script

END = 'event: end\ndata: {"state": "succeeded"}\n\n'


def making(**more: Any) -> dict[str, Any]:
    return operation(cluster={"id": CLUSTER_ID, "name": "gold", "kind": "image"}, **more)


def test_a_build_that_is_accepted_tells_its_log(pkectl: Pkectl, script: Script) -> None:
    script.on("POST /images/builds/gold/retry", (202, making(kind="retry")))
    assert "pkectl image logs gold --follow" in pkectl("image", "retry", "gold").err


def test_one_that_goes_has_none(pkectl: Pkectl, script: Script) -> None:
    script.on("DELETE /images/gold", (202, making(kind="delete")))
    assert "image logs" not in pkectl("image", "delete", "gold", "--yes").err


def test_a_failed_build_leads_to_its_log(pkectl: Pkectl, script: Script) -> None:
    script.on("POST /images/builds/gold/retry", (202, making(kind="retry")))
    script.on(f"GET /operations/{OPERATION_ID}", (200, making(state="failed", reason="build: x")))
    ran = pkectl("image", "retry", "gold", "--wait")
    assert ran.code == 1
    assert "look at 'pkectl image logs gold'" in ran.err


def test_who_stops_waiting_is_told_how_to_stop_the_build(pkectl: Pkectl, script: Script) -> None:
    script.on("POST /images/builds/gold/retry", (202, making(kind="retry")))
    script.on(f"GET /operations/{OPERATION_ID}", (200, making()))
    ran = pkectl("image", "retry", "gold", "--wait", "--timeout", "0s")
    assert ran.code == 7
    assert "pkectl image cancel gold" in ran.err


def test_logs_are_followed_as_by_other_tools(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /images/gold", (200, {"id": CLUSTER_ID}))
    script.on(f"GET /images/builds/{CLUSTER_ID}/log", (200, Events([END])))
    assert pkectl("image", "logs", "gold", "-f").code == 0


def test_definitions_and_their_variables_are_shown(pkectl: Pkectl, script: Script) -> None:
    node = {"name": "debian-12-node", "os": "debian12", "role": "node"}
    variable = {"name": "pull_images", "type": "bool", "description": "Whether.", "value": True}
    script.on("GET /images/definitions", (200, {"items": [node]}))
    script.on("GET /images/definitions/debian-12-node", (200, node | {"variables": [variable]}))
    assert "debian-12-node  debian12  node" in pkectl("image", "definitions").out
    [row] = [
        line.split()
        for line in pkectl("image", "definitions", "debian-12-node").out.splitlines()
        if line.startswith("pull_images")
    ]
    assert row == ["pull_images", "bool", "true", "Whether."]
