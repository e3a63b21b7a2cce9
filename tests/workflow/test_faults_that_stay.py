"""Faults that will not pass: it is said who is missing, and why.

At once where another VM would meet the same, after three attempts where it might not.
"""

import pytest

from lab.vcenter.control import Control
from tests.workflow.plain_document import CORE, OTHER_TEMPLATE, PREPARE
from tests.workflow.site import Site
from tests.workflow.subject import Subject

REASON = "InvalidArgument"


@pytest.mark.parametrize("where", ["call", "task"])
async def test_what_another_attempt_might_not_meet_is_tried_three_times(
    running: Site, control: Control, where: str
) -> None:
    control.inject("CloneVM_Task", "no-disk-space", where)
    subject = Subject.create(running)
    await subject.becomes("FAILED")
    _assert_attempts(subject, CORE, 3)
    assert control.requests()["CloneVM_Task"] == 3
    [failed] = subject.operations()
    assert failed.state == "failed"
    assert "3 attempts failed" in failed.reason
    assert "NoDiskSpace" in failed.reason

    control.clear_faults()
    subject.retry()
    await subject.becomes("RUNNING")
    assert [one.state for one in subject.operations()] == ["failed", "succeeded"]
    assert len(subject.machines()) == 1


async def test_what_any_attempt_would_meet_is_told_after_the_first(
    running: Site, control: Control
) -> None:
    control.inject("CloneVM_Task", "invalid-argument", "task")
    subject = Subject.create(running)
    await subject.becomes("FAILED")
    _assert_attempts(subject, CORE, 1)
    assert control.requests()["CloneVM_Task"] == 1
    assert REASON in subject.operations()[0].reason

    control.clear_faults()
    subject.retry()
    await subject.becomes("RUNNING")
    assert len(subject.machines()) == 1


async def test_a_group_that_cannot_be_made_degrades_and_the_rest_goes_on(
    running: Site, control: Control
) -> None:
    control.inject("CloneVM_Task", "no-permission", "call", name=OTHER_TEMPLATE)
    subject = Subject.create(running, pool1=1, other=1)
    await subject.becomes("DEGRADED")
    assert len(subject.ready(CORE)) == len(subject.ready("pool1")) == 1
    assert _conditions(subject)["GroupReady/other"] == "Short"
    assert "VirtualMachine.Provisioning.DeployTemplate" in subject.operations()[0].reason
    _assert_attempts(subject, "other", 1)

    control.clear_faults()
    subject.retry()
    await subject.becomes("RUNNING")
    assert len(subject.machines()) == 3


async def test_a_task_that_cannot_be_done_fails_and_is_resumed(running: Site) -> None:
    running.kind.broken_tasks = {PREPARE}
    subject = Subject.create(running)
    await subject.becomes("FAILED")
    assert f"the test breaks {PREPARE}" in subject.operations()[0].reason
    assert subject.machines() == []

    running.kind.broken_tasks.clear()
    subject.retry()
    await subject.becomes("RUNNING")


def _assert_attempts(subject: Subject, group: str, count: int) -> None:
    """Each answers the one before, each keeps its reason, none leaves anything."""
    made = sorted(subject.nodes(group, gone=True), key=lambda node: node.attempt)
    assert [node.attempt for node in made] == [*range(1, count + 1)]
    assert [node.replaces for node in made] == [None, *(node.id for node in made[:-1])]
    assert all(node.failure for node in made)
    assert len({node.name for node in made}) == len({node.instance_uuid for node in made}) == count


def _conditions(subject: Subject) -> dict[str, str]:
    return {one["type"]: one["reason"] for one in subject.row.conditions}
