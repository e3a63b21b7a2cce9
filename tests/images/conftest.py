"""One lab of real machines whose worker has the real Packer, for all tests here."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import cache
from lab.network.namespace import entered
from lab.packer.tools import packer
from lab.processes import start_ready
from lab.service import Service
from lab.stack import background
from lab.stack.facts import StackFacts
from lab.stack.layout import Layout
from lab.story.templates import build
from tests.images import definitions
from tests.images.world import Images
from tests.machines.world import World

MINUTES = 60
START_SECONDS = 300.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of them waits until everything is built and runs."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(30 * MINUTES))


@pytest.fixture(scope="package")
def running() -> Iterator[Images]:
    if os.geteuid():
        pytest.skip("real machines take root: run the tests as root to have these, too")
    layout = Layout(cache.folder() / f"tests-images-{os.getpid()}")
    tools, (_, real) = packer(_say), build(_say)
    layout.folder.mkdir()
    with ExitStack() as ending:
        ending.callback(background.remove, layout)
        folder = definitions.write(layout.folder / "definitions")
        settings = {"IMAGE_DEFINITIONS": str(folder), "CONCURRENT_IMAGE_BUILDS": "5"}
        command = background.command(layout, real, settings)
        # It ends with the tests, however they do.
        supervisor = start_ready(command, layout.folder, layout.facts.exists, START_SECONDS)
        ending.callback(supervisor.end, START_SECONDS)
        ending.enter_context(entered(supervisor.pid))
        facts = StackFacts.read(layout.facts)
        world = ending.enter_context(World(facts, layout, supervisor.pid))
        service = ending.enter_context(Service(facts))
        service.register(facts)
        yield ending.enter_context(Images(world, service, layout, tools))


@pytest.fixture
def images(running: Images) -> Images:
    """This thread is in the lab's network, from the first such test to the last."""
    return running


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
