"""Runs another program and whatever that one starts, and lets none of them outlive its caller.

`python -I -S leash.py FOLDER PROGRAM [ARGUMENT...]`, run as a file. Standard input is the leash:
each byte asks the program to end (SIGTERM); when it is closed, by the caller or with the caller's
death, all are killed at once, and FOLDER, if it is not "", is removed. The exit code is the
program's, or 128 and its signal.
"""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
# Of the caller's terminal or service manager: the leash's other end decides.
DEAF_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    leash = os.getpid()
    folder, *program = sys.argv[1:]
    child = os.fork()
    if child == 0:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        run(leash, program)
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    let_go = hold(child)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    end_the_others(child)
    if let_go and folder:
        shutil.rmtree(folder, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def run(leash: int, program: list[str]) -> None:
    os.setpgid(0, 0)
    if os.getppid() != leash:
        os._exit(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    try:
        os.execvp(program[0], program)
    except OSError as error:
        os.write(2, f"{program[0]}: {error.strerror}\n".encode())
        os._exit(127)


def hold(child: int) -> bool:
    """Until the program has ended, or the leash is let go. Whether it was."""
    ended = os.pidfd_open(child)
    while True:
        ready, _, _ = select.select([0, ended], [], [])
        if ended in ready:
            return False
        if not os.read(0, 1):
            return True
        os.kill(child, signal.SIGTERM)


def end_the_others(group: int) -> None:
    """Also those that left the program's process group: orphans become our children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    while True:
        for pid in own_children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def own_children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


if __name__ == "__main__":
    sys.exit(main())
