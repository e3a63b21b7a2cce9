"""Programs of ours on a leash, as they really end."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lab.waiting import wait_until
from provisioner.images import leash
from provisioner.images.child import Command, run
from provisioner.images.redaction import Redactor

SECONDS = 90.0
# A program, its child, and one that left its process group and session.
FAMILY = """
sh -c 'echo $$ >>pids; exec sleep 600' &
setsid sh -c 'echo $$ >>pids; exec sleep 600' &
echo $$ >program
echo $$ >>pids
while [ "$(wc -l <pids)" -lt 3 ]; do sleep 0.02; done
echo ready
wait
"""


def command(folder: Path, script: str, seconds: float = 60.0, polite: float = 5.0) -> Command:
    return Command(["sh", "-c", script], {"PATH": "/usr/bin:/bin"}, folder, seconds, polite)


def alive(folder: Path) -> list[int]:
    pids = [int(line) for line in (folder / "pids").read_text().split()]
    return [pid for pid in pids if runs(pid)]


def runs(pid: int) -> bool:
    """A dead one may wait for its adopter to notice."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_is_heard_line_by_line_and_ends_with_its_code(tmp_path: Path) -> None:
    heard: list[str] = []
    script = "echo one; echo two >&2; printf three; exit 7"
    assert await run(command(tmp_path, script), heard.append) == 7
    assert heard == ["one", "two", "three"]


async def test_what_a_program_that_ended_by_itself_left_is_there(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    leaves = replace(command(scratch, "echo kept >file"), scratch=scratch)
    assert await run(leaves, lambda _: None) == 0
    assert (scratch / "file").read_text() == "kept\n"


async def test_of_an_endless_line_the_beginning_is_heard(tmp_path: Path) -> None:
    heard: list[str] = []
    endless = "head -c 300000 /dev/zero | tr '\\0' x"
    await run(command(tmp_path, f"{endless}; echo; echo next"), heard.append)
    [long, following] = heard
    # How much lies in the pipe at once is the kernel's choice, up to twice the longest line.
    assert 50_000 < len(long) < 2 * 64 * 1024
    assert following == "next"


async def test_no_secret_is_cut_in_two(tmp_path: Path) -> None:
    heard: list[str] = []
    endless = "printf '12345678901%.0s' $(seq 27000)"
    await run(command(tmp_path, endless), heard.append, Redactor(["12345678901"]))
    assert not set("".join(heard)) & set("0123456789")


async def test_a_killed_program_is_told_as_such(tmp_path: Path) -> None:
    assert await run(command(tmp_path, "kill -KILL $$"), lambda _: None) == 128 + signal.SIGKILL


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    heard: list[str] = []
    missing = Command(["/nowhere/packer"], {}, tmp_path, 60.0, 5.0)
    assert await run(missing, heard.append) == 127
    assert heard == ["/nowhere/packer: No such file or directory"]


async def test_nothing_stays_when_it_ends(tmp_path: Path) -> None:
    script = FAMILY.replace("wait\n", "exit 0\n")
    assert await run(command(tmp_path, script), lambda _: None) == 0
    assert alive(tmp_path) == []


async def test_nothing_stays_when_its_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        await run(command(tmp_path, FAMILY, seconds=0.6, polite=0.1), lambda _: None)
    assert alive(tmp_path) == []


async def test_a_cancelled_one_may_end_by_itself_and_is_heard(tmp_path: Path) -> None:
    ready, heard = asyncio.Event(), []
    script = "trap 'echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.02; done"

    def hear(line: str) -> None:
        heard.append(line)
        ready.set()

    running = asyncio.create_task(run(command(tmp_path, script), hear))
    await asyncio.wait_for(ready.wait(), SECONDS)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert heard == ["ready", "cleaned up"]


async def test_a_cancelled_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    ready = asyncio.Event()
    script = f"trap '' TERM\n{FAMILY}"
    running = asyncio.create_task(run(command(tmp_path, script, polite=0.1), lambda _: ready.set()))
    await asyncio.wait_for(ready.wait(), SECONDS)
    running.cancel()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert alive(tmp_path) == []


async def test_a_leash_that_is_killed_itself_leaves_nobody_of_its_session(tmp_path: Path) -> None:
    ready = asyncio.Event()
    plain = FAMILY.replace("setsid ", "")
    running = asyncio.create_task(run(command(tmp_path, plain), lambda _: ready.set()))
    await asyncio.wait_for(ready.wait(), SECONDS)
    os.kill(_parent(int((tmp_path / "program").read_text())), signal.SIGKILL)
    assert await running == 128 + signal.SIGKILL
    assert alive(tmp_path) == []


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.parametrize("victim", ["caller", "leash"])
def test_nothing_outlives_its_caller(tmp_path: Path, victim: str) -> None:
    """Whoever is killed: the process that asked, or the one that holds the leash."""
    (tmp_path / "scratch" / "with").mkdir(parents=True)
    (tmp_path / "scratch" / "with" / "key").touch()
    caller = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys, time\n{CALLER}", tmp_path, FAMILY],
        cwd=tmp_path,
    )
    try:
        pids = tmp_path / "pids"
        assert wait_until(lambda: pids.exists() and len(alive(tmp_path)) == 3, SECONDS)
        if victim == "caller":
            caller.kill()
            assert wait_until(lambda: alive(tmp_path) == [], SECONDS)
            assert wait_until(lambda: not (tmp_path / "scratch").exists(), SECONDS)
            return
        os.kill(int((tmp_path / "leash").read_text()), signal.SIGKILL)
        program = int((tmp_path / "program").read_text())
        assert wait_until(lambda: program not in alive(tmp_path), SECONDS)
    finally:
        caller.kill()
        caller.wait()
        for pid in alive(tmp_path):
            os.kill(pid, signal.SIGKILL)


CALLER = f"""
leash = [sys.executable, "-I", "-S", {leash.__file__!r}, "scratch", "sh", "-c", sys.argv[2]]
running = subprocess.Popen(leash, stdin=subprocess.PIPE, cwd=sys.argv[1], start_new_session=True)
open("leash", "w").write(str(running.pid))
time.sleep(600)
"""
