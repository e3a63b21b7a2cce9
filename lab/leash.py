"""Becomes another program that the kernel kills as soon as the process that started it is gone.

`python -I -S leash.py PARENT PROGRAM [ARGUMENT...]`, run as a file: it must stay free of imports
that cost time. The signal is bound to the *thread* that forked (lab.processes has one for that).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that asked for this one is gone already")
    os.execvp(program[0], program)


main()
