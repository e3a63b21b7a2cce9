"""One master and one worker that are real machines, for all tests here."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import cache
from lab.network.namespace import entered
from lab.stack import background
from lab.stack.layout import Layout
from lab.story.templates import build
from tests.machines.world import Cluster, World

MINUTES = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of them waits until everything is built and the cluster runs."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(30 * MINUTES))


@pytest.fixture(scope="package")
def running() -> Iterator[World]:
    if os.geteuid():
        pytest.skip("real machines take root: run the tests as root to have these, too")
    layout = Layout(cache.folder() / f"tests-{os.getpid()}")
    _, real = build(_say)
    try:
        facts = background.up(layout, _say, real)
        supervisor = background.supervisor_pid(layout)
        assert supervisor
        with World(facts, layout, supervisor) as world:
            yield world
    finally:
        background.remove(layout)


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


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
