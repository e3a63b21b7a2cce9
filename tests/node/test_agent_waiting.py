"""What a node waits out."""

import pytest

from tests.node.conftest import MakeMachine
from tests.node.machine import Machine
from tests.node.service import Reply, ScriptedService


@pytest.mark.parametrize("status", [404, 503])
def test_node_waits_for_its_turn(service: ScriptedService, worker: Machine, status: int) -> None:
    turn = service.replies["GET bootstrap"]
    service.replies["GET bootstrap"] = [Reply(status), Reply(status), *turn]
    assert worker.run().code == 0
    assert service.names().count("GET bootstrap") == 3


@pytest.mark.parametrize(
    ("call", "status", "usually"),
    [
        ("GET secrets", 500, 1),
        ("POST leader", 429, 1),
        ("POST leader", 503, 1),
        ("GET keepalived", 503, 2),
        ("POST ready", 502, 1),
    ],
)
def test_busy_service_is_asked_again(
    service: ScriptedService, master: Machine, call: str, status: int, usually: int
) -> None:
    service.replies[call] = [Reply(status), *service.replies[call]]
    assert master.run().code == 0
    assert service.names().count(call) == usually + 1


@pytest.mark.parametrize("status", [404, 500])
def test_unheard_status_stops_nothing(
    service: ScriptedService, worker: Machine, status: int
) -> None:
    service.replies["POST status"] = [Reply(status)]
    assert worker.run().code == 0


def test_service_that_is_not_there_yet(service: ScriptedService, machine_of: MakeMachine) -> None:
    nobody = machine_of(role="worker", api_url="http://127.0.0.1:9")
    agent = nobody.start()
    assert agent.stdout
    said = next(line for line in agent.stdout if line.startswith("waiting"))
    assert (
        said == "waiting for the service: GET /api/v1/orgs/7/clusters/42/bootstrap: "
        "ConnectionRefusedError\n"
    )
    nobody.kill(agent)


def test_nic_that_has_no_address_yet(service: ScriptedService, machine_of: MakeMachine) -> None:
    machine = machine_of(role="worker", nics=[{"mac": "00:50:56:00:00:01"}])
    (machine.folder / "addresses").write_text("[]")
    agent = machine.start()
    assert agent.stdout
    next(line for line in agent.stdout if "waiting for an address" in line)
    (machine.folder / "addresses").write_text(
        '[{"addr_info": [{"local": "10.0.0.57", "prefixlen": 24}]}]'
    )
    assert machine.finish(agent).code == 0
    assert service.last("POST ready").body["ip"] == "10.0.0.57"
