"""What members' VMs carry for them later follows who the members are."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from provisioner.domain.planning import answers
from provisioner.store import nodes
from provisioner.store.tables import Node, Operation
from tests.workflow.hands import Hands
from tests.workflow.plain_document import CORE
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.kinds.interface import Configuration

KEY = "guestinfo.told"


@pytest.fixture
async def subject(running: Site) -> Subject:
    """Three members of the core, each told who they are."""

    def told(resource_id: str) -> Mapping[str, Configuration]:
        with running.database.read() as session:
            found = nodes.of_resource(session, resource_id)
        members = [n for n in found if n.group == CORE]
        known = sorted(str(node.address) for node in members if node.address)
        text = ",".join(known)
        return {node.id: Configuration(text, {KEY: text}) for node in members if node.address}

    running.kind.told = told
    made = Subject.create(running, core=3, pool1=1)
    await made.becomes("RUNNING")
    return made


async def test_all_members_carry_it_and_nobody_else(subject: Subject) -> None:
    addresses = ",".join(sorted(str(node.address) for node in subject.nodes(CORE)))
    carried = _carried(subject)
    assert {carried[node.moref] for node in subject.nodes(CORE)} == {addresses}
    assert {carried[node.moref] for node in subject.nodes("pool1")} == {None}


async def test_those_that_stay_are_told_of_a_change(subject: Subject) -> None:
    lost, *rest = subject.nodes(CORE)
    subject.site.inspector.destroy(lost.moref)
    await subject.until(lambda: lost.id not in {node.id for node in subject.nodes(CORE)})
    await subject.becomes("RUNNING")
    carried = _carried(subject)
    for node in rest:
        assert str(lost.address) not in (carried[node.moref] or "").split(",")
    assert len({carried[node.moref] for node in subject.nodes(CORE)}) == 1


def _one_comes(subject: Subject) -> None:
    """For one that goes; the two others are told of it."""
    subject.site.inspector.destroy(subject.nodes(CORE)[0].moref)


async def test_it_is_as_asked_when_all_have_applied_it(subject: Subject) -> None:
    _, stays, slow = subject.nodes(CORE)
    before = slow.configuration
    subject.guests.says = lambda node: before if node.id == slow.id else node.configuration
    _one_comes(subject)
    await subject.until(lambda: _row(subject, stays).answered not in (None, before))
    await subject.until(lambda: len(subject.ready(CORE)) == 3)
    assert subject.status != "RUNNING"
    assert f"{slow.name} has not taken its latest configuration yet" in _told(subject)
    subject.guests.says = lambda node: node.configuration
    await subject.becomes("RUNNING")
    assert subject.events("NodeMisconfigured") == []


async def test_who_refuses_degrades_the_whole_and_its_reason_ends_what_is_asked(
    subject: Subject,
) -> None:
    _, _, stubborn = subject.nodes(CORE)
    subject.guests.says = lambda node: (
        f"{node.configuration} refused: line 3" if node.id == stubborn.id else node.configuration
    )
    _one_comes(subject)
    await subject.until(lambda: len(subject.ready(CORE)) == 3 and subject.status == "DEGRADED")
    reason = f"{stubborn.name}: refused: line 3"
    assert _told(subject) == reason
    subject.retry()
    await subject.until(lambda: _last(subject).state == "failed")
    assert _last(subject).reason == reason
    await subject.site.care()
    await subject.site.poke_unsettled()
    assert [one.state for one in subject.operations()] == ["succeeded", "failed"]
    subject.guests.says = lambda node: node.configuration
    subject.retry()
    await subject.becomes("RUNNING")
    assert _last(subject).state == "succeeded"


async def test_who_does_not_answer_is_waited_for_for_a_while_only(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "AFTER", (timedelta(seconds=0.2), timedelta(seconds=1)))
    monkeypatch.setattr(answers, "PATIENCE", timedelta(seconds=1))
    silent = subject.nodes(CORE)[1]
    subject.guests.says = lambda node: None if node.id == silent.id else node.configuration
    _one_comes(subject)
    await subject.until(lambda: len(subject.ready(CORE)) == 3 and subject.status == "DEGRADED")
    assert f"{silent.name}: it has not taken its latest configuration" in _told(subject)
    assert [one.node_id for one in subject.events("NodeMisconfigured")] == [silent.id]
    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None)


async def test_what_is_carried_already_costs_nothing(site: Site, hands: Hands) -> None:
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    site.kind.told = lambda _: {node.id: Configuration("r1", {KEY: "text"})}
    await hands.run_task(subject, "members")
    before = _reconfigured(hands)
    await hands.run_task(subject, "members")
    assert _reconfigured(hands) == before


def _row(subject: Subject, node: Node) -> Node:
    return next(one for one in subject.nodes(CORE) if one.id == node.id)


def _last(subject: Subject) -> Operation:
    return subject.operations()[-1]


def _told(subject: Subject) -> str:
    found = [one for one in subject.row.conditions if one["type"] == "NodesConfigured"]
    return "; ".join(one["message"] for one in found if one["status"] == "False")


def _reconfigured(hands: Hands) -> int:
    return hands.composition.connections.requests()["ReconfigVM_Task"]


def _carried(subject: Subject) -> dict[str | None, str | None]:
    return {one.moref: one.extra_config.get(KEY) for one in subject.machines()}
