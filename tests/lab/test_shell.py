"""`lab/shell.sh` and `stack`, as a person has them at hand in either lab."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from lab.story.playing import left_in_peace

WORKING_COPY = Path(__file__).parents[2]


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    facts = {"api": "https://10.77.0.1:1", "caFile": None, "vcenter": {"port": 443}}
    (tmp_path / "stack.json").write_text(json.dumps(facts))
    return tmp_path


def sourced(lab: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ("bash", "-c", f". lab/shell.sh; {script}"),
        cwd=WORKING_COPY,
        env={**os.environ, "PKE_LAB": str(lab)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "said"), [("api", "https://10.77.0.1:1"), ("vcenter.port", "443"), ("caFile", "")]
)
def test_stack_reads_the_lab_it_is_in(lab: Path, name: str, said: str) -> None:
    assert sourced(lab, f"stack {name}").stdout == said + "\n"


def test_a_name_that_is_not_there_is_answered_with_those_that_are(lab: Path) -> None:
    done = sourced(lab, "stack vcenter.nothing")
    assert done.returncode == 1
    assert "there are port" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_runs(tmp_path: Path) -> None:
    done = sourced(tmp_path / "none", "stack api")
    assert "make up first" in done.stderr
    assert sourced(tmp_path / "none", "api GET /readyz").returncode == 1


def test_pkectl_is_pointed_at_the_same_lab(lab: Path) -> None:
    assert sourced(lab, "echo $PKECTL_CONFIG").stdout == f"{lab}/stack.json\n"


def test_a_shell_may_be_left_after_a_command_that_failed() -> None:
    assert subprocess.run(left_in_peace("sh", "-c", "exit 3"), check=False).returncode == 0
