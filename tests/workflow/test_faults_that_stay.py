"""Faults that will not pass: three attempts with their reasons, then it is said who is missing."""

from lab.vcenter.control import Control
from provisioner.store.tables import Node
from tests.workflow.plain_document import CORE, OTHER_TEMPLATE, PREPARE
from tests.workflow.site import Site
from tests.workflow.subject import Subject

REASON = "InvalidArgument"


async def test_a_core_that_cannot_be_made_fails_and_is_resumed(
    running: Site, control: Control
) -> None:
    control.inject("CloneVM_Task", "invalid-argument", "task")
    subject = Subject.create(running)
    await subject.becomes("FAILED")
    _assert_three_attempts(subject, CORE)
    assert control.requests()["CloneVM_Task"] == 3
    [failed] = subject.operations()
    assert failed.state == "failed"
    assert REASON in failed.reason

    control.clear_faults()
    subject.retry()
    await subject.becomes("RUNNING")
    assert [one.state for one in subject.operations()] == ["failed", "succeeded"]
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
    assert len(_assert_three_attempts(subject, "other")) == 3

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


def _assert_three_attempts(subject: Subject, group: str) -> list[Node]:
    """Each answers the one before, each keeps its reason, none leaves anything."""
    made = sorted(subject.nodes(group, gone=True), key=lambda node: node.attempt)
    assert [node.attempt for node in made] == [1, 2, 3]
    assert [node.replaces for node in made] == [None, made[0].id, made[1].id]
    assert all(node.failure for node in made)
    assert len({node.name for node in made}) == len({node.instance_uuid for node in made}) == 3
    return made


def _conditions(subject: Subject) -> dict[str, str]:
    return {one["type"]: one["reason"] for one in subject.row.conditions}
