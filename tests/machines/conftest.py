"""One master and one worker that are real machines, for all tests here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.network.namespace import entered
from tests.machines.running_lab import give_time, require_root, running_lab
from tests.machines.world import Cluster, World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    give_time(items, Path(__file__).parent)


@pytest.fixture(scope="package")
def running() -> Iterator[World]:
    require_root()
    with running_lab("tests") as world:
        yield world


@pytest.fixture(scope="package")
def made(running: World) -> Cluster:
    with entered(running.supervisor):
        return running.create_cluster()


@pytest.fixture
def world(running: World) -> Iterator[World]:
    """This thread is in the lab's network during the test."""
    with entered(running.supervisor):
        yield running


@pytest.fixture
def cluster(world: World, made: Cluster) -> Cluster:
    return made
