"""`make up` and `make down`, as a person uses them, with a power cut in between."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.stack.facts import StackFacts
from lab.stack.records import read_records
from lab.waiting import wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lab"


def run(action: str, folder: Path) -> str:
    command = (sys.executable, "-m", "lab.stack", action, "--folder", str(folder))
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_up_twice_power_cut_up_down_down(folder: Path) -> None:
    try:
        said = run("up", folder)
        assert StackFacts.read(folder / "stack.json").api in said
        assert "running already" in run("up", folder)

        cut = read_records(folder / "processes.json")
        os.kill(cut[0].pid, signal.SIGKILL)
        assert wait_until(lambda: not any(process.running for process in cut), 10)

        assert "guests is up" in run("up", folder)
        ended = read_records(folder / "processes.json")
        assert len(ended) == 7
    finally:
        said = run("down", folder)
    assert "has ended" in said
    assert not any(process.running for process in ended)
    assert "No stack was running" in run("down", folder)
    assert not (folder / "stack.json").exists()
