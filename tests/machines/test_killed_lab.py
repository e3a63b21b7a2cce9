"""A lab that is killed takes its machines along."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import cache
from lab.guestos.base import ensure_base
from lab.guests.machines.cgroups import groups, processes, remove_groups
from lab.network.namespace import isolated
from lab.processes import Command, start
from lab.progress import say_nothing
from tests.machines.plain_lab import LAB
from tests.machines.running_lab import require_root
from tests.machines.world import soon

WORKING_COPY = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    require_root()
    made = cache.folder() / f"tests-killed-{os.getpid()}"
    made.mkdir()
    yield made
    remove_groups(LAB)
    shutil.rmtree(made)


def test_no_process_outlives_a_killed_lab(folder: Path) -> None:
    rootfs = ensure_base(say_nothing)
    argv = (sys.executable, "-m", "tests.machines.plain_lab", str(rootfs), str(folder))
    lab = start(Command("lab", isolated(*argv), cwd=WORKING_COPY), folder)
    assert soon((folder / "address").exists), (folder / "lab.log").read_text()
    assert running() > 5
    os.kill(lab.pid, 9)
    assert soon(lambda: running() == 0)
    lab.kill()


def running() -> int:
    """Processes of the lab's machines."""
    return sum(len(found) for group in groups(LAB) for found in processes(group).values())
