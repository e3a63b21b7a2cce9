"""The whole stack: up, killed here and there, up again, and nothing left."""

from pathlib import Path

import httpx
import pytest

from lab.processes import NotReady
from lab.stack.options import API, PARTS, StackOptions
from lab.stack.records import read_records
from lab.stack.stack import Stack


def clusters(stack: Stack) -> object:
    headers = {"Authorization": f"Bearer {stack.facts.token}"}
    answer = httpx.get(f"{stack.facts.api}/clusters", headers=headers)
    return answer.raise_for_status().json()


def test_a_stack_survives_kills_and_leaves_only_data_and_logs(tmp_path: Path) -> None:
    with Stack(tmp_path / "lab") as stack:
        before = clusters(stack)
        for part in (*PARTS, "temporal"):
            stack.kill(part)
            stack.restart(part)
        assert clusters(stack) == before
        recorded = read_records(tmp_path / "lab" / "processes.json")
        assert all(process.running for process in recorded)
        assert {each.name for each in recorded} == {"supervisor", *stack.processes}
    assert not any(process.running for process in stack.processes.values())
    assert {path.name for path in (tmp_path / "lab").iterdir()} == {"data", "logs"}


def test_a_stack_that_cannot_start_leaves_no_process(tmp_path: Path) -> None:
    stack = Stack(tmp_path, StackOptions(parts=(API,), settings={"DRAIN_SECONDS": "often"}))
    with pytest.raises(NotReady, match="PKE_DRAIN_SECONDS"):
        stack.start()
    assert not any(process.running for process in stack.processes.values())
    assert not (tmp_path / "stack.json").exists()
