"""What died of a stack that runs in the background, and having it started again."""

import os
import signal

from lab.progress import Say
from lab.stack.background import StackError, supervisor_pid
from lab.stack.layout import Layout
from lab.stack.records import read_records
from lab.stack.tail import Tail
from lab.waiting import wait_until

# What the supervisor is asked by.
RESTART = signal.SIGHUP
RESTART_SECONDS = 300.0


def dead(layout: Layout) -> list[str]:
    """Which processes of the stack in this folder ended by themselves, or were ended."""
    return [each.name for each in read_records(layout.running) if not each.running]


def mend(layout: Layout, say: Say) -> bool:
    """Has what died of a running stack started again. False if nothing had died.

    Raises StackError, which names what still is dead.
    """
    supervisor = supervisor_pid(layout)
    if supervisor is None:
        raise StackError("no stack is running")
    if not dead(layout):
        return False
    tail, before = Tail(layout.supervisor_log, say), _version(layout)
    tail.skip()
    os.kill(supervisor, RESTART)

    def is_done() -> bool:
        tail.forward()
        return _version(layout) != before or supervisor_pid(layout) is None

    wait_until(is_done, RESTART_SECONDS)
    tail.forward()
    if left := dead(layout):
        raise StackError(f"dead for good: {', '.join(left)} ({layout.logs}); start an empty stack")
    return True


def _version(layout: Layout) -> int:
    """Another one whenever the processes were put on record anew."""
    return layout.running.stat().st_mtime_ns if layout.running.exists() else 0
