"""Short programs of this machine.

CommandError: one failed; quotes what it said
"""

import subprocess

SECONDS = 30


class CommandError(Exception):
    pass


def run(*command: str) -> str:
    """Its output. Raises CommandError."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise CommandError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
    return done.stdout


def try_to(*command: str) -> bool:
    """Whether it succeeded; what it says is of no interest."""
    try:
        run(*command)
    except CommandError:
        return False
    return True
