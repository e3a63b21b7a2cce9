"""How a node finds an API that is reached by a name of the user's."""

import json

from lab.waiting import wait_until
from tests.node.conftest import MakeMachine
from tests.node.machine import Machine
from tests.node.service import ANSWER_SECONDS, Reply, ScriptedService

READY = Reply(200, {"master": {"ready": True}})
BY_NAME = {"mode": "dns", "dnsName": "api.example.com"}


def hosts(machine: Machine) -> list[str]:
    lines = machine.path("/etc/hosts").read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines]


def test_the_first_master_answers_to_the_name_itself(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    master = machine_of(endpoint=BY_NAME)
    master.write("/etc/hosts", "127.0.0.1 localhost\n")
    assert master.run().code == 0
    assert hosts(master) == ["127.0.0.1 localhost", "127.0.0.1 api.example.com"]


def test_another_master_finds_the_name_at_a_ready_one_until_it_answers_itself(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    service.replies["POST leader"] = [Reply(409, {})]
    service.replies["GET ready"] = [READY]
    master = machine_of(endpoint=BY_NAME)
    (master.folder / "hold").touch()
    agent = master.start()
    assert wait_until((master.folder / "running").exists, ANSWER_SECONDS)
    assert hosts(master) == ["127.0.0.1 api.example.com", "10.0.0.100 api.example.com"]
    kubeconfig = json.loads((master.folder / "discovery.conf").read_text())
    assert kubeconfig["clusters"][0]["cluster"]["server"] == "https://api.example.com:6443"
    (master.folder / "hold").unlink()
    assert master.finish(agent).code == 0
    assert hosts(master) == ["127.0.0.1 api.example.com"]


def test_a_worker_relies_on_the_name_being_served(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    worker = machine_of(role="worker", endpoint=BY_NAME)
    assert worker.run().code == 0
    assert not worker.path("/etc/hosts").exists()
