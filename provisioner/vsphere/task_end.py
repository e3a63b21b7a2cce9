"""How a vCenter task ended."""

from dataclasses import dataclass
from typing import Any

from pyVmomi import vim

from provisioner.vsphere.reading import Properties, paths

WANTED = paths(vim.Task, "info.state", "info.result", "info.error")
ENDED = (vim.TaskInfo.State.success, vim.TaskInfo.State.error)


@dataclass(frozen=True)
class TaskEnd:
    """`lost`: vCenter doesn't know the task (any more), so nobody will learn how it ended."""

    task: str
    result: Any = None
    error: Any = None
    lost: bool = False


def task_end(task: str, facts: Properties) -> TaskEnd | None:
    """None while it goes on."""
    if facts.get("info.state") not in ENDED:
        return None
    return TaskEnd(task, facts.get("info.result"), facts.get("info.error"))
