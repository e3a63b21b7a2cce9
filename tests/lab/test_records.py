"""What is on disk about processes is enough to end them, and only them."""

import dataclasses
import os
import signal
from pathlib import Path

import pytest

from lab.processes import Command, start
from lab.stack.records import Recorded, read_records, record, write_records
from lab.waiting import wait_until


def test_nothing_recorded_is_an_empty_list(tmp_path: Path) -> None:
    assert read_records(tmp_path / "missing.json") == []


def test_records_come_back_as_written(tmp_path: Path) -> None:
    records = [record("ours", os.getpid())]
    write_records(tmp_path / "processes.json", records)
    assert read_records(tmp_path / "processes.json") == records
    assert records[0].running


@pytest.mark.parametrize("script", ["sleep 600", "trap '' TERM; while :; do sleep 600; done"])
def test_a_recorded_process_can_be_ended(tmp_path: Path, script: str) -> None:
    process = start(Command("shell", ("sh", "-c", script)), tmp_path)
    try:
        recorded = record("shell", process.pid)
        recorded.end(grace_seconds=0.5)
        assert wait_until(lambda: not process.running, 5)
        assert not recorded.running
    finally:
        process.kill()


def test_another_process_with_the_number_of_ours_is_left_alone(tmp_path: Path) -> None:
    process = start(Command("shell", ("sleep", "600")), tmp_path)
    try:
        stale = dataclasses.replace(record("old", process.pid), started=1)
        stale.end(grace_seconds=0.1)
        assert process.running
    finally:
        process.kill()


def test_a_process_that_is_gone_is_not_running(tmp_path: Path) -> None:
    process = start(Command("shell", ("true",)), tmp_path)
    process.end()
    assert not record("gone", process.pid).running
    Recorded("gone", process.pid, 0).end(grace_seconds=0.1)


def test_a_killed_process_counts_as_gone_before_it_is_reaped(tmp_path: Path) -> None:
    process = start(Command("shell", ("sleep", "600")), tmp_path)
    recorded = record("shell", process.pid)
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not recorded.running, 5)
    process.kill()
