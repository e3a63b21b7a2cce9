import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from lab.guestos.errors import StepFailed
from lab.guestos.running import run, run_script
from lab.waiting import wait_until

PROJECT = Path(__file__).parents[2]


def running(mark):
    commands = (file for file in Path("/proc").glob("[0-9]*/cmdline"))
    for file in commands:
        try:
            if mark.encode() in file.read_bytes():
                return True
        except (FileNotFoundError, ProcessLookupError):
            continue
    return False


def test_a_failing_step_says_what_failed_and_what_it_said():
    with pytest.raises(StepFailed, match="sh ended with 3:\nno luck"):
        run("sh", "-c", "echo no luck >&2; exit 3")


def test_a_missing_program_says_what_installs_it():
    with pytest.raises(StepFailed, match=r"no-such-program .*`make guests`"):
        run("no-such-program")


def test_a_script_leaves_no_mount(tmp_path):
    run_script('mount -t tmpfs none "$1"; touch "$1/inside"', tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_script_ends_with_whoever_runs_it():
    mark = uuid.uuid4().hex
    code = f"from lab.guestos.running import run_script; run_script('sleep 600 & wait', '{mark}')"
    builder = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT)
    try:
        script = f"sh\0{mark}"
        assert wait_until(lambda: running(script), 20)
        builder.send_signal(signal.SIGKILL)
        assert wait_until(lambda: not running(script), 20)
    finally:
        builder.kill()
        builder.wait()
