"""Runs programs inside real machines, as somebody logged in there would."""

import subprocess

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ProgramFailed(Exception):
    """Quotes what it said; or it took too long."""


def command(process: int, *argv: str) -> tuple[str, ...]:
    """What runs it inside the machine whose process 1 has this number here. Takes root."""
    return ("nsenter", "--target", str(process), "--all", "env", "-i", PATH, "HOME=/root", *argv)


def run(process: int, *argv: str, stdin: str = "", seconds: float = 30) -> str:
    """Its output. Raises ProgramFailed."""
    inside = command(process, *argv)
    try:
        done = subprocess.run(inside, input=stdin, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired as err:
        raise ProgramFailed(f"`{' '.join(argv)}` did not end within {seconds:g} s") from err
    if done.returncode:
        raise ProgramFailed(f"`{' '.join(argv)}`: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
