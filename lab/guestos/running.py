"""Other programs, run to their end."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.guestos.errors import StepFailed

# The program ends with us, all that it started ends with it, and then its mounts are gone.
CONTAINED = (
    *("setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation=private"),
    *("--pid", "--fork", "--kill-child", "--mount-proc"),
)
# Nor does it listen on an address of this machine.
ISOLATED = (*CONTAINED, "--net")
QUIET_APT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def run(*argv: str | Path, env: Mapping[str, str] | None = None, stdin: str = "") -> str:
    """What it wrote to stdout; StepFailed when it is missing or ends badly."""
    try:
        done = subprocess.run(
            [str(word) for word in argv],
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise StepFailed(
            f"{argv[0]} is not installed: `make guests` installs what is needed"
        ) from missing
    if done.returncode != 0:
        said = (done.stderr or done.stdout)[-3000:]
        raise StepFailed(f"{argv[0]} ended with {done.returncode}:\n{said}")
    return done.stdout


def run_script(script: str, *arguments: str | Path) -> str:
    """A shell script with mounts, processes and network of its own; its arguments are $1 and on."""
    return run(*ISOLATED, "sh", "-eu", "-c", script, "sh", *arguments, env=QUIET_APT)
