"""Names, ids and inputs of all workflows: the only thing the API imports besides its gateway.

Payloads hold ids and nothing else; facts are in the database. A signal is a hint to look.
"""

from datetime import datetime
from typing import Final

from pydantic import BaseModel

RESOURCE: Final = "resource"
RESOURCE_TASK: Final = "resource-task"
NODE_CREATE: Final = "node-create"
NODE_REMOVE: Final = "node-remove"
NODES_ADMIT: Final = "nodes-admit"
VCENTER_VERIFY: Final = "vcenter-verify"
VCENTER_WATCH: Final = "vcenter-watch"
UNSETTLED: Final = "poke-unsettled"
CARE: Final = "care"

LOOK_AGAIN: Final = "look_again"


class LookInput(BaseModel):
    """`now` is the workflow's time, which deadlines are measured by.

    `gather`: wait some 200 ms first, so that hints that come together cost one look.
    """

    resource: str
    now: datetime
    gather: bool = False


class Look(BaseModel):
    """What the workflow needs to know of a look: when to wake, and whether it is over."""

    wake_in_seconds: float | None = None
    settled: bool = False
    gone: bool = False


class NodeInput(BaseModel):
    node: str


class TaskInput(BaseModel):
    resource: str
    task: str
    key: str


class VerifyResult(BaseModel):
    """`reason` says why a login failed; `field` which field of the request to look at."""

    accepted: bool
    field: str | None = None
    reason: str | None = None


def resource_workflow(kind: str, resource: str) -> str:
    return f"{kind}/{resource}"


def task_workflow(kind: str, resource: str, task: str) -> str:
    return f"{kind}/{resource}/{task}"


def admission_workflow(kind: str, resource: str) -> str:
    return f"{kind}/{resource}/admission"


def create_workflow(node: str) -> str:
    return f"node/{node}"


def remove_workflow(node: str) -> str:
    return f"node/{node}/remove"


def watch_workflow(vcenter: str) -> str:
    return f"vcenter-watch/{vcenter}"


def verify_workflow(vcenter: str) -> str:
    return f"vcenter-verify/{vcenter}"
