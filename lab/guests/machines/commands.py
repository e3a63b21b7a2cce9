"""Short programs of this machine.

CommandError: one failed, quotes what it said; or took too long
"""

import subprocess

SECONDS = 30.0


class CommandError(Exception):
    pass


def run(*command: str, seconds: float = SECONDS) -> str:
    """Its output. Raises CommandError."""
    line = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired as err:
        raise CommandError(f"`{line}` did not end within {seconds:g} s") from err
    if done.returncode:
        raise CommandError(f"`{line}` failed: {done.stderr.strip()}")
    return done.stdout


def try_to(*command: str, seconds: float = SECONDS) -> bool:
    """Whether it succeeded; what it says is of no interest."""
    try:
        run(*command, seconds=seconds)
    except CommandError:
        return False
    return True
