"""A lab of real machines for all tests of a folder."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from lab import cache
from lab.processes import start_ready
from lab.stack import background
from lab.stack.facts import StackFacts
from lab.stack.layout import Layout
from lab.story.templates import build
from tests.machines.world import World

TIMEOUT_SECONDS = 30 * 60
START_SECONDS = 300.0
# Nobody waits half a minute to hear what a member told; a round costs real API servers time, too.
USUAL = {"CARE_ROUND_SECONDS": "5"}


def give_time(items: list[pytest.Item], folder: Path) -> None:
    """To the folder's tests: the first of them waits until everything is built and runs."""
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


def require_root() -> None:
    if os.geteuid():
        pytest.skip("real machines take root: run the tests as root to have these, too")


@contextmanager
def running_lab(name: str, **settings: str) -> Iterator[World]:
    """With `settings` of the product. It ends with the tests, however they do."""
    layout = Layout(cache.folder() / f"{name}-{os.getpid()}")
    _, real = build(say)
    layout.folder.mkdir()
    with ExitStack() as ending:
        ending.callback(background.remove, layout)
        command = background.command(layout, real, USUAL | settings)
        supervisor = start_ready(command, layout.folder, layout.facts.exists, START_SECONDS)
        ending.callback(supervisor.end, START_SECONDS)
        yield ending.enter_context(World(StackFacts.read(layout.facts), layout, supervisor.pid))


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
