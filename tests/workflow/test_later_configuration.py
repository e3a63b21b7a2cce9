"""What members' VMs carry for them later follows who the members are."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from provisioner.store import nodes
from provisioner.store.types import utc_now
from tests.workflow.hands import Hands
from tests.workflow.plain_document import CORE
from tests.workflow.plain_kind import ANSWER
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


async def test_what_they_made_of_it_is_heard(subject: Subject) -> None:
    content, stubborn, silent = subject.nodes(CORE)
    subject.site.inspector.set_extra_config(content.moref, {ANSWER: content.configuration})
    refusal = f"{stubborn.configuration} refused: line 3"
    subject.site.inspector.set_extra_config(stubborn.moref, {ANSWER: refusal})
    with subject.site.database.write() as session:
        for node in (content, stubborn, silent):
            nodes.get(session, node.id).configured_at = utc_now() - timedelta(seconds=40)
    subject.poke()
    await subject.until(lambda: len(subject.events("NodeMisconfigured")) == 2)
    await subject.becomes("RUNNING")
    rows = {node.id: node for node in subject.nodes(CORE)}
    assert rows[content.id].answered == content.configuration
    assert rows[content.id].misconfigured is None
    assert rows[stubborn.id].misconfigured == "refused: line 3"
    assert "not taken" in (rows[silent.id].misconfigured or "")
    await subject.until(lambda: f"{stubborn.name}: refused: line 3" in _told(subject))


async def test_what_is_carried_already_costs_nothing(site: Site, hands: Hands) -> None:
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    site.kind.told = lambda _: {node.id: Configuration("r1", {KEY: "text"})}
    await hands.run_task(subject, "members")
    before = _reconfigured(hands)
    await hands.run_task(subject, "members")
    assert _reconfigured(hands) == before


def _told(subject: Subject) -> str:
    found = [one for one in subject.row.conditions if one["type"] == "NodesConfigured"]
    return "; ".join(one["message"] for one in found if one["status"] == "False")


def _reconfigured(hands: Hands) -> int:
    return hands.composition.connections.requests()["ReconfigVM_Task"]


def _carried(subject: Subject) -> dict[str | None, str | None]:
    return {one.moref: one.extra_config.get(KEY) for one in subject.machines()}
