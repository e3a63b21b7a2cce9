"""What a change would do, on the wire."""

from typing import Any

from api.schemas import Out


class GroupCount(Out):
    group: str
    count: int


class PlannedRemoval(Out):
    node: str
    reason: str


class ShortageOut(Out):
    group: str
    missing: int
    reason: str


class HeldBackOut(Out):
    """A lost node that would not be replaced, and why."""

    node: str
    reason: str


class PlanOut(Out):
    """What the next look would do. Removals of control plane nodes come one at a time."""

    create: list[GroupCount]
    remove: list[PlannedRemoval]
    tasks: list[str]
    shortages: list[ShortageOut]
    held_back: list[HeldBackOut]


class DryRunOut(Out):
    plan: PlanOut
    spec: dict[str, Any]


# For the `responses` of a route that takes dryRun.
PLAN: dict[int | str, dict[str, Any]] = {
    200: {"model": DryRunOut, "description": "The plan (dryRun)"}
}
