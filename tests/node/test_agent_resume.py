"""A node whose power is cut anywhere goes on where it was."""

import pytest

from lab.waiting import wait_until
from tests.node.machine import Machine
from tests.node.service import ANSWER_SECONDS, Reply, ScriptedService


def kubeadm_actions(machine: Machine) -> list[str]:
    calls = [call.split()[1] for call in machine.calls() if call.startswith("kubeadm")]
    return [action for action in calls if action != "version"]


def cut_during(service: ScriptedService, machine: Machine, call: str) -> None:
    service.hold(call)
    agent = machine.start()
    service.wait_for(call)
    machine.kill(agent)
    service.release(call)


def cut_during_kubeadm(machine: Machine) -> None:
    (machine.folder / "hold").touch()
    agent = machine.start()
    assert wait_until((machine.folder / "running").exists, ANSWER_SECONDS)
    machine.kill(agent)
    (machine.folder / "hold").unlink()


@pytest.mark.parametrize("call", ["POST status", "GET secrets", "POST leader", "GET keepalived"])
def test_cut_before_kubeadm(service: ScriptedService, master: Machine, call: str) -> None:
    cut_during(service, master, call)
    assert master.run().code == 0
    assert kubeadm_actions(master) == ["init"]
    assert master.has("ready")


def test_cut_while_waiting_to_join(service: ScriptedService, worker: Machine) -> None:
    cut_during(service, worker, "GET bootstrap")
    assert worker.run().code == 0
    assert kubeadm_actions(worker) == ["join"]


def test_unfinished_init_is_undone_and_done_again(
    service: ScriptedService, master: Machine
) -> None:
    cut_during_kubeadm(master)
    assert master.run().code == 0
    assert kubeadm_actions(master) == ["init", "reset", "init"]
    # The reset took the certificates along.
    assert master.path("/etc/kubernetes/pki/ca.key").exists()


def test_unfinished_join_is_undone_and_done_again(
    service: ScriptedService, worker: Machine
) -> None:
    cut_during_kubeadm(worker)
    assert worker.run().code == 0
    assert kubeadm_actions(worker) == ["join", "reset", "join"]


def test_former_leader_joins_when_another_took_over(
    service: ScriptedService, master: Machine
) -> None:
    cut_during_kubeadm(master)
    service.replies["POST leader"] = [Reply(409, {})]
    assert master.run().code == 0
    assert kubeadm_actions(master) == ["init", "reset", "join"]


def test_cut_after_kubeadm_only_reports(service: ScriptedService, master: Machine) -> None:
    cut_during(service, master, "POST ready")
    service.calls.clear()
    assert master.run().code == 0
    assert kubeadm_actions(master) == ["init"]
    assert {name for name in service.names()} == {"POST status", "POST ready"}


def test_ready_node_does_nothing_more(service: ScriptedService, master: Machine) -> None:
    master.run()
    service.calls.clear()
    assert master.run().code == 0
    assert service.calls == []


def test_failed_node_does_nothing_more(service: ScriptedService, worker: Machine) -> None:
    (worker.folder / "fail").write_text("no\n")
    worker.run()
    service.calls.clear()
    assert worker.run().code == 3
    assert service.calls == []
