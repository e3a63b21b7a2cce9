"""Runs programs inside real machines, as somebody logged in there would."""

import subprocess

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ProgramFailed(Exception):
    """Quotes what it said."""


def command(process: int, *argv: str) -> tuple[str, ...]:
    """What runs it inside the machine whose process 1 has this number here. Takes root."""
    return ("nsenter", "--target", str(process), "--all", "env", "-i", PATH, "HOME=/root", *argv)


def run(process: int, *argv: str, stdin: str = "", seconds: float = 30) -> str:
    """Its output. Raises ProgramFailed."""
    done = subprocess.run(
        command(process, *argv), input=stdin, capture_output=True, text=True, timeout=seconds
    )
    if done.returncode:
        raise ProgramFailed(f"`{' '.join(argv)}`: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
