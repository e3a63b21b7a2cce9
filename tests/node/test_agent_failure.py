"""What stops a node for good, and how the service hears of it."""

import pytest

from tests.node.conftest import MakeMachine
from tests.node.machine import Machine
from tests.node.service import Reply, ScriptedService

LAST = "[kubelet-check] The kubelet is not healthy after 4m0s"


def test_failing_kubeadm_is_reported_with_the_end_of_its_log(
    service: ScriptedService, worker: Machine
) -> None:
    lines = [f"line {number}" for number in range(100)]
    (worker.folder / "fail").write_text("\n".join([*lines, LAST, ""]))
    assert worker.run().code == 3
    assert service.statuses()[-2:] == [("kubernetes-node", "failed"), ("worker", "failed")]
    body = service.last("POST status").body
    assert body["final"] is True
    assert LAST in body["message"]
    assert "line 99" in body["message"]
    assert "line 70\n" not in body["message"]


def test_the_cause_comes_first(service: ScriptedService, worker: Machine) -> None:
    cause = "error execution phase preflight: [ERROR NumCPU]: too few"
    (worker.folder / "fail").write_text(f"[preflight] Running checks\n{cause}\nSee --v=5\n")
    assert worker.run().code == 3
    message = service.last("POST status").body["message"]
    assert message.startswith(f"kubeadm join failed: {cause}\n[preflight] Running checks\n")
    assert "See --v=5" in message
    assert "Command" not in message


def test_what_kubeadm_found_wrong_is_not_buried(service: ScriptedService, worker: Machine) -> None:
    settings = "".join(
        f"\x1b[0;37mCONFIG_NET_{n}\x1b[0m: \x1b[0;32menabled\x1b[0m\n" for n in range(30)
    )
    cause = "\t[ERROR SystemVerification]: no cgroups"
    (worker.folder / "fail").write_text(f"fatal errors occurred:\n{cause}\n{settings}the end\n")
    assert worker.run().code == 3
    message = service.last("POST status").body["message"]
    assert message.startswith(f"kubeadm join failed: {cause}\n")
    assert "CONFIG" not in message
    assert "\x1b" not in message


def test_failed_node_never_reports_ready(service: ScriptedService, master: Machine) -> None:
    (master.folder / "fail").write_text("no\n")
    assert master.run().code == 3
    assert "POST ready" not in service.names()
    assert master.has("failed")
    assert not master.has("ready")


def test_template_without_kubeadm(service: ScriptedService, worker: Machine) -> None:
    (worker.folder / "bin" / "kubeadm").unlink()
    assert worker.run().code == 3
    assert "kubeadm" in service.last("POST status").body["message"]
    assert ("kubernetes-version", "failed") in service.statuses()


def test_template_with_another_kubernetes(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    machine = machine_of(kubernetes={"version": "1.36.0"})
    assert machine.run().code == 3
    message = "the template carries kubeadm 1.35.1, not 1.36.0"
    assert service.last("POST status").body["message"] == message


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("POST status", 401),
        ("GET secrets", 403),
        ("POST leader", 401),
        ("POST leader", 403),
        ("GET keepalived", 403),
        ("POST ready", 403),
    ],
)
def test_refused_master_gives_up(
    service: ScriptedService, master: Machine, call: str, status: int
) -> None:
    service.replies[call] = [Reply(status)]
    assert master.run().code == 3
    assert master.has("failed")
    assert call == "POST ready" or "kubeadm init" not in " ".join(master.calls())


@pytest.mark.parametrize("status", [400, 404, 422])
def test_only_a_yes_makes_a_leader(service: ScriptedService, master: Machine, status: int) -> None:
    service.replies["POST leader"] = [Reply(status, {})]
    assert master.run().code == 3
    assert not (master.folder / "init.yaml").exists()


@pytest.mark.parametrize("call", ["GET ready", "GET leader", "GET bootstrap"])
def test_refused_follower_gives_up(service: ScriptedService, master: Machine, call: str) -> None:
    service.replies["POST leader"] = [Reply(409, {})]
    service.replies["GET ready"] = [Reply(200, {"master": {"ready": call == "GET bootstrap"}})]
    service.replies[call] = [Reply(403)]
    assert master.run().code == 3
    assert not (master.folder / "join.yaml").exists()


def test_redirect_is_not_followed(service: ScriptedService, master: Machine) -> None:
    elsewhere = Reply(302, headers={"Location": f"{service.url}/elsewhere"})
    service.replies["GET secrets"] = [elsewhere, elsewhere, *service.replies["GET secrets"]]
    assert master.run().code == 0
    assert "GET elsewhere" not in service.names()


def test_refusal_after_ready_changes_nothing(service: ScriptedService, worker: Machine) -> None:
    accepted = [Reply(202)] * (len(["worker"]) + 2 * 3 + 1)
    service.replies["POST status"] = [*accepted, Reply(401)]
    assert worker.run().code == 0
    assert worker.has("ready")


def test_kubeadm_that_hangs_is_told_of_before_the_service_gives_the_node_up(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    machine = machine_of(bootstrap_seconds=2.5)
    (machine.folder / "hold").touch()
    assert machine.run().code == 3
    message = service.last("POST status").body["message"]
    assert message.startswith("kubeadm init failed")
    assert "timed out after" in message
