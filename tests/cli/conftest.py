"""pkectl as its users run it, with an API in front."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Protocol

import pytest

from api.cli.main import main
from tests.cli.scripted import Script, ScriptedApi

TOKEN = "pke_a-token-of-nobody"
PROGRAM = (sys.executable, "-c", "from api.cli.main import main; main()")
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


class Pkectl(Protocol):
    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Ran: ...


@pytest.fixture(scope="session")
def server() -> Iterator[ScriptedApi]:
    found = ScriptedApi()
    yield found
    found.stop()


@pytest.fixture
def script(server: ScriptedApi) -> Script:
    server.script.answers.clear()
    server.script.asked.clear()
    return server.script


@pytest.fixture
def pkectl(server: ScriptedApi, tmp_path: Path) -> Pkectl:
    def run(*arguments: str, stdin: str = "", **environment: str) -> Ran:
        given = {"PKECTL_URL": server.url, "PKECTL_TOKEN": TOKEN} | environment
        return call_pkectl(tmp_path, given, arguments, stdin)

    return run


def call_pkectl(
    home: Path, environment: dict[str, str], arguments: tuple[str, ...], stdin: str = ""
) -> Ran:
    """As `run_pkectl`, within this process: most of a short command's time is Python's start."""
    out, err, code = StringIO(), StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("PKECTL_")]:
            patch.delenv(name)
        for name, value in (kept_environment(home) | environment).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["pkectl", *arguments])
        patch.setattr(sys, "stdin", StringIO(stdin))
        patch.setattr(sys, "excepthook", sys.excepthook)
        patch.chdir(home)
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def run_pkectl(
    home: Path, environment: dict[str, str], arguments: tuple[str, ...], stdin: str = ""
) -> Ran:
    done = subprocess.run(
        (*PROGRAM, *arguments),
        env=kept_environment(home) | environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=home,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def kept_environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
