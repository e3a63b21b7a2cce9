"""Replays all recorded histories; ends with 1 and the reasons if one does not fit its workflow.

A program of its own, because the seed of Python's hashes is settled when it starts.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from workflows.worker import WORKFLOWS

FOLDER = Path(__file__).with_name("histories")


async def replay(workflows: Sequence[type], names: Sequence[str]) -> dict[str, Exception]:
    """What did not fit, by history."""
    replayer = Replayer(workflows=workflows, data_converter=pydantic_data_converter)
    failures = {}
    for name in names:
        text = (FOLDER / f"{name}.json").read_text()
        history = WorkflowHistory.from_json(name, text)
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure:
            failures[name] = result.replay_failure
    return failures


def recorded() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


if __name__ == "__main__":
    failed = asyncio.run(replay(WORKFLOWS, recorded()))
    for name, reason in failed.items():
        sys.stdout.write(f"{name}: {reason}\n")
    sys.stdout.flush()
    # Not by way of the interpreter's end, which threads of the SDK now and then crash.
    os._exit(1 if failed else 0)
