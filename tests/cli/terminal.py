"""pkectl on a terminal, with somebody who answers its questions."""

import os
import pty
import select
import subprocess
import time
from pathlib import Path

from tests.cli.conftest import PROGRAM, Ran, kept_environment

DEADLINE_SECONDS = 60.0


def run_on_terminal(
    home: Path, environment: dict[str, str], arguments: tuple[str, ...], answers: dict[str, str]
) -> Ran:
    """`answers`: what to type once a text appears, each once. The output is all in `out`."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        (*PROGRAM, *arguments),
        env=kept_environment(home) | {"TERM": "xterm", "COLUMNS": "120"} | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=home,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen = _converse(ours, dict(answers))
        return Ran(process.wait(DEADLINE_SECONDS), seen, "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _converse(terminal: int, answers: dict[str, str]) -> str:
    seen, deadline = "", time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            seen += os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            return seen
        for question in [text for text in answers if text in seen]:
            os.write(terminal, (answers.pop(question) + "\n").encode())
    return seen
