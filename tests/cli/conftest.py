"""pkectl as its users run it: a process, with an API in front."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

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
        return run_pkectl(tmp_path, given, arguments, stdin)

    return run


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
