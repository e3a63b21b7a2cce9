"""Runs that are open go on under today's code: histories of before fit today's workflows."""

import os
import subprocess
import sys
from pathlib import Path

from temporalio.workflow import NondeterminismError

from tests.replay.mutated import MutatedCreateNode
from tests.replay.replayer import recorded, replay
from workflows.worker import WORKFLOWS

ROOT = Path(__file__).parents[2]
SECONDS = 60


def test_there_is_a_history_of_each_workflow() -> None:
    kinds = {getattr(one, "__temporal_workflow_definition").name for one in WORKFLOWS}
    assert {kind for kind in kinds if any(name.startswith(kind) for name in recorded())} == kinds


def test_histories_fit_whatever_the_order_of_sets() -> None:
    replays = [_begin_replay(seed) for seed in ("0", "1", "2")]
    said = [one.communicate(timeout=SECONDS)[0] for one in replays]
    assert [one.returncode for one in replays] == [0, 0, 0], "\n".join(said)


def _begin_replay(seed: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        (sys.executable, "-m", "tests.replay.replayer"),
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


async def test_a_changed_workflow_is_noticed() -> None:
    names = [name for name in recorded() if name.startswith("node-create")]
    failures = await replay([MutatedCreateNode], names)
    assert set(failures) == set(names)
    assert all(isinstance(one, NondeterminismError) for one in failures.values())
