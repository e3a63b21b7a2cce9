"""Children start with a log, end as a group, and never outlive the process that started them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.processes import Command, NotReady, Process, environment, start

StartShell = Callable[[str], Process]

STARTER = """
import sys
from pathlib import Path
from lab.processes import Command, start
print(start(Command("sleeper", ("sleep", "600")), Path(sys.argv[1])).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[StartShell]:
    with ExitStack() as stack:

        def start_shell(script: str) -> Process:
            process = start(Command("shell", ("sh", "-c", script)), tmp_path)
            stack.callback(process.kill)
            return process

        yield start_shell


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "still not so at the deadline"
        time.sleep(0.02)


def wait_for_line(log: Path) -> str:
    wait_until(lambda: log.read_text().endswith("\n"))
    return log.read_text().splitlines()[-1]


def test_output_goes_to_the_log(shell: StartShell) -> None:
    process = shell("echo out; echo err >&2; sleep 600")
    process.wait_ready(lambda: len(process.log.read_text().splitlines()) == 2, 10)
    assert process.log.read_text() == "out\nerr\n"


def test_end_ends_the_whole_group(shell: StartShell) -> None:
    process = shell("sleep 600 & echo $!; wait")
    grandchild = int(wait_for_line(process.log))
    process.end()
    assert not process.running
    wait_until(lambda: not is_alive(grandchild))


def test_end_kills_what_ignores_the_request(shell: StartShell) -> None:
    process = shell("trap '' TERM; echo deaf; while :; do sleep 600; done")
    wait_for_line(process.log)
    process.end(grace_seconds=0.2)
    assert not process.running


def test_end_twice_is_no_error(shell: StartShell) -> None:
    process = shell("exit 0")
    process.end()
    process.end()


def test_a_child_that_ends_early_is_explained_by_its_log(shell: StartShell) -> None:
    process = shell("echo cannot bind; exit 3")
    with pytest.raises(NotReady, match=r"(?s)shell ended before it was ready.*cannot bind"):
        process.wait_ready(lambda: False, 10)


def test_a_child_that_says_nothing_misses_its_deadline(shell: StartShell) -> None:
    with pytest.raises(NotReady, match=r"not ready after 0\.1 s"):
        shell("sleep 600").wait_ready(lambda: False, 0.1)


def test_children_die_with_a_killed_starter(tmp_path: Path) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", STARTER, str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        child = int(starter.stdout.readline())
        assert is_alive(child)
        os.kill(starter.pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(child))


def test_a_child_outlives_the_thread_that_asked_for_it(shell: StartShell) -> None:
    started: list[Process] = []
    asker = threading.Thread(target=lambda: started.append(shell("echo up; sleep 0.2; echo on")))
    asker.start()
    asker.join()
    wait_until(lambda: started[0].log.read_text() == "up\non\n")


def test_settings_of_the_product_do_not_leak_but_the_labs_cache_is_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PKE_API_URL", "https://elsewhere.example.org")
    monkeypatch.setenv("PKE_LAB_CACHE", "/a/cache")
    found = environment({"PKE_API_HOST": "127.0.0.1"})
    assert {name: text for name, text in found.items() if name.startswith("PKE_")} == {
        "PKE_API_HOST": "127.0.0.1",
        "PKE_LAB_CACHE": "/a/cache",
    }


def test_the_environment_stays_out_of_the_repr() -> None:
    assert "hunter2" not in repr(Command("x", ("true",), env={"PASSWORD": "hunter2"}))
