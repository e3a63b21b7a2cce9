"""Child processes that never outlive the one that started them, even when that is SIGKILLed.

ProcessError
  NotReady: ended or silent when its deadline had passed; quotes the end of its log
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from lab.waiting import wait_until

LEASH = Path(__file__).with_name("leash.py")
LOG_TAIL_LINES = 15

# The kernel ties a child's life to the thread that forked it, so one thread that lasts as long
# as the interpreter forks them all.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")


def prepare() -> None:
    """Starts the thread that forks; for whoever handles signals by raising, before they come.

    Raised while a thread starts, an error leaves one that nobody tells to end.
    """
    _forker.submit(os.getpid).result()


class ProcessError(Exception):
    """A child process did not do what it was started for."""


class NotReady(ProcessError):
    """The process ended, or did not answer before its deadline."""


@dataclass(frozen=True)
class Command:
    """What to run. `env` is added to our own environment and may hold secrets; argv may not."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None


class Process:
    """A child in a session and process group of its own, writing to one log file."""

    def __init__(self, command: Command, child: subprocess.Popen[bytes], log: Path) -> None:
        self.command = command
        self.log = log
        self._child = child
        self._asked_to_end = False

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        if self._child.returncode is not None:
            return False
        # Leaves the dead child unreaped, so that its group's number can't be somebody else's yet.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    @property
    def succeeded(self) -> bool:
        """Has ended by itself, and with 0."""
        if self._child.returncode is not None:
            return self._child.returncode == 0
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended is not None and (ended.si_code, ended.si_status) == (os.CLD_EXITED, 0)

    def wait_ready(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Returns once `is_ready` says so; NotReady after `seconds` or when the process ended."""
        answered = wait_until(lambda: not self.running or is_ready(), seconds)
        if not self.running:
            raise NotReady(self._explain("ended before it was ready"))
        if not answered:
            raise NotReady(self._explain(f"is not ready after {seconds:g} s"))

    def ask_to_end(self) -> None:
        """SIGTERM to the group, once: a second one makes some servers drop what they are doing."""
        if self.running and not self._asked_to_end:
            self._asked_to_end = True
            self._signal(signal.SIGTERM)

    def end(self, grace_seconds: float = 10.0) -> None:
        """SIGTERM to the group, SIGKILL to what is left after the grace. Ended already: nothing."""
        self.ask_to_end()
        wait_until(lambda: not self.running, grace_seconds)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group, as a power cut would. Ended already: nothing."""
        if self._child.returncode is None:
            self._signal(signal.SIGKILL)
            self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _explain(self, what: str) -> str:
        return f"{self.command.name} {what}; the end of {self.log}:\n{_tail(self.log)}"


def start(command: Command, logs: Path) -> Process:
    """Starts it; output is appended to `logs`/<name>.log. It dies with this process."""
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{command.name}.log"
    return Process(command, _forker.submit(_fork, command, log).result(), log)


def start_ready(
    command: Command, logs: Path, is_ready: Callable[[], bool], seconds: float
) -> Process:
    """`start`, then `wait_ready`; on any failure nothing is left running."""
    process = start(command, logs)
    try:
        process.wait_ready(is_ready, seconds)
    except BaseException:
        process.kill()
        raise
    return process


def _fork(command: Command, log: Path) -> subprocess.Popen[bytes]:
    leashed = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command.argv)
    with log.open("ab") as output:
        return subprocess.Popen(
            leashed,
            env=environment(command.env),
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def environment(added: Mapping[str, str]) -> dict[str, str]:
    """Ours and what is added; a developer's own settings of the product don't leak into the lab."""
    ours = {name: value for name, value in os.environ.items() if not _is_a_setting(name)}
    return {**ours, **added}


def _is_a_setting(name: str) -> bool:
    """Of the product: the lab gives its own. The lab's cache is the lab's own affair."""
    return name.startswith("PKE_") and not name.startswith("PKE_LAB_")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
