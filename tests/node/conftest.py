"""A scripted service and a machine that belongs to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.node.machine import Machine, a_node
from tests.node.service import ScriptedService

MakeMachine = Callable[..., Machine]


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


@pytest.fixture
def machine_of(tmp_path: Path, service: ScriptedService) -> Iterator[MakeMachine]:
    made: list[Machine] = []

    def make(**changes: Any) -> Machine:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Machine(folder, a_node(**({"url": service.url} | changes))))
        return made[-1]

    yield make
    for machine in made:
        machine.stop()


@pytest.fixture
def master(machine_of: MakeMachine) -> Machine:
    return machine_of()


@pytest.fixture
def worker(machine_of: MakeMachine) -> Machine:
    return machine_of(role="worker", node_pool="pool1", node_name="c1-pool1-d4e5f")


@pytest.fixture(scope="module")
def completed_master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A leader that has done all its work."""
    with ScriptedService() as service:
        machine = Machine(tmp_path_factory.mktemp("completed"), a_node(service.url))
        assert machine.run().code == 0
        yield machine
