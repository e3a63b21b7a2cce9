"""One master and one worker that are real machines, for all tests here."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import cache
from lab.network.namespace import entered
from lab.processes import start_ready
from lab.stack import background
from lab.stack.facts import StackFacts
from lab.stack.layout import Layout
from lab.story.templates import build
from tests.machines.world import Cluster, World

MINUTES = 60
START_SECONDS = 300.0


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
    layout.folder.mkdir()
    with ExitStack() as ending:
        ending.callback(background.remove, layout)
        command = background.command(layout, real)
        # It ends with the tests, however they do.
        supervisor = start_ready(command, layout.folder, layout.facts.exists, START_SECONDS)
        ending.callback(supervisor.end, START_SECONDS)
        yield ending.enter_context(World(StackFacts.read(layout.facts), layout, supervisor.pid))


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
