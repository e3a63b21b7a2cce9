"""Parts can be killed and started again, each as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.processes import Command, NotReady, Process
from lab.progress import say_nothing
from lab.stack.parts import Part, Parts


def shell_part(name: str, script: str) -> Part:
    def is_ready(process: Process) -> bool:
        return "ready" in process.log.read_text()

    return Part(Command(name, ("sh", "-c", script)), is_ready)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    known = {
        "api": shell_part("api", "echo ready; sleep 600"),
        "worker": shell_part("worker", "echo ready; sleep 600"),
        "broken": shell_part("broken", "echo no database; exit 1"),
    }
    parts = Parts(known, tmp_path, say_nothing)
    yield parts
    parts.stop()


def test_parts_start_together(parts: Parts) -> None:
    parts.start("api", "worker")
    assert [process.running for process in parts.processes.values()] == [True, True]


def test_a_restarted_part_is_a_new_process(parts: Parts) -> None:
    parts.start("api", "worker")
    first, other = parts.processes["api"], parts.processes["worker"]
    parts.restart("api")
    assert not first.running
    assert parts.processes["api"].running
    assert parts.processes["worker"] is other


def test_a_part_left_out_at_first_can_be_started_later(parts: Parts) -> None:
    parts.restart("worker")
    assert parts.processes["worker"].running


def test_a_part_that_cannot_start_says_why(parts: Parts) -> None:
    with pytest.raises(NotReady, match="no database"):
        parts.start("broken")


def test_stop_leaves_nothing_running(parts: Parts) -> None:
    parts.start("api", "worker")
    parts.stop()
    assert not any(process.running for process in parts.processes.values())
