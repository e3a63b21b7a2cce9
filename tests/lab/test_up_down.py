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


def command(action: str, folder: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "lab.stack", action, "--folder", str(folder))


def run(action: str, folder: Path) -> str:
    done = subprocess.run(command(action, folder), capture_output=True, text=True, check=True)
    return done.stdout


def refused(action: str, folder: Path) -> str:
    done = subprocess.run(command(action, folder), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    return done.stderr


def kill(folder: Path, *names: str) -> None:
    killed = [one for one in read_records(folder / "processes.json") if one.name in names]
    for process in killed:
        os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not any(process.running for process in killed), 10)


def test_up_twice_parts_killed_up_power_cut_up_down_down(folder: Path) -> None:
    try:
        said = run("up", folder)
        assert StackFacts.read(folder / "stack.json").api in said
        assert ". lab/shell.sh" in said
        assert "running already" in run("up", folder)

        kill(folder, "worker", "api")
        said = run("up", folder)
        assert "worker is up" in said
        assert "api is up" in said
        assert "whole again" in said
        assert all(process.running for process in read_records(folder / "processes.json"))

        kill(folder, "openbao")
        assert "dead for good: openbao" in refused("up", folder)

        cut = read_records(folder / "processes.json")
        os.kill(cut[0].pid, signal.SIGKILL)
        assert wait_until(lambda: not any(process.running for process in cut), 10)

        assert "guests is up" in run("up", folder)
        ended = read_records(folder / "processes.json")
        assert len(ended) == 7
    finally:
        said = run("down", folder)
    assert "has ended" in said
    assert "starts an empty one" in said
    assert not any(process.running for process in ended)
    assert "No stack was running" in run("down", folder)
    assert not (folder / "stack.json").exists()


def test_an_interrupted_up_ends_what_it_began(folder: Path) -> None:
    starting = subprocess.Popen(command("up", folder), stderr=subprocess.PIPE, text=True)
    try:
        assert wait_until(lambda: bool(read_records(folder / "processes.json")), 30)
        supervisor = read_records(folder / "processes.json")[0]
        starting.send_signal(signal.SIGINT)
        _, said = starting.communicate(timeout=60)
    finally:
        run("down", folder)
    assert starting.returncode == 130
    assert "no stack runs" in said
    assert "Traceback" not in said
    assert not supervisor.running
