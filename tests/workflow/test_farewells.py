"""Members that leave hand over what they carry first, and are forgotten by the others last."""

from datetime import timedelta

import pytest

from provisioner.domain.nodes import Phase
from provisioner.store.tables import Node
from tests.workflow.plain_kind import ANSWER, Kept
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.activities import farewells, machines
from workflows.kinds.interface import Configuration, Farewell

KEY = "guestinfo.told"
LET_GO = Farewell(Configuration("let-go", {KEY: "let go"}), seconds=0)


@pytest.fixture
async def subject(running: Site) -> Subject:
    made = Subject.create(running, pool1=1)
    await made.becomes("RUNNING")
    return made


def leave(subject: Subject) -> Node:
    [node] = subject.nodes("pool1")
    subject.site.kind.farewells[node.id] = LET_GO
    subject.scale(pool1=0)
    return node


def told(subject: Subject, node: Node) -> str | None:
    found = {one.moref: one for one in subject.machines()}
    return found[node.moref].extra_config.get(KEY) if node.moref in found else None


async def is_gone(subject: Subject, node: Node) -> None:
    await subject.until(lambda: node.id not in {one.id for one in subject.nodes()})


async def test_who_leaves_stays_a_member_until_it_has_let_go(subject: Subject) -> None:
    node = leave(subject)
    await subject.until(lambda: told(subject, node) == "let go")
    assert subject.site.kind.names("end_membership") == []
    subject.site.inspector.set_extra_config(str(node.moref), {ANSWER: "let-go"})
    await is_gone(subject, node)
    assert subject.site.kind.names("end_membership") == [node.id]
    assert subject.events("NotHandedOver") == []


async def test_who_does_not_answer_leaves_with_a_warning_and_is_told_once(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(farewells, "_ANSWER_SECONDS", 0.1)
    subject.site.kind.kept = (subject.nodes("pool1")[0].id,)
    node = leave(subject)
    await subject.until(lambda: len(subject.site.kind.names("end_membership")) > 1)
    subject.site.kind.kept = ()
    await is_gone(subject, node)
    [warning] = subject.events("NotHandedOver")
    assert "no answer within 0.1 s; it goes anyway" in warning.message


async def test_a_retirement_that_is_tried_again_has_no_more_time(subject: Subject) -> None:
    kind = subject.site.kind

    def fail_twice(*_: object) -> None:
        if len(kind.retire_until) < 3:
            raise Kept("nobody answers")

    kind.on_retire = fail_twice
    [node] = subject.nodes("pool1")
    subject.scale(pool1=0)
    await is_gone(subject, node)
    assert len(kind.retire_until) == 3
    assert len(set(kind.retire_until)) == 1


async def test_others_forget_it_only_when_its_machine_is_gone(subject: Subject) -> None:
    seen: list[int] = []
    subject.site.kind.on_bury = lambda _: seen.append(len(subject.machines()))
    [node] = subject.nodes("pool1")
    subject.scale(pool1=0)
    await is_gone(subject, node)
    assert seen == [1]


async def test_others_that_do_not_answer_are_asked_again(subject: Subject) -> None:
    kind = subject.site.kind

    def fail_once(_: str) -> None:
        if len(kind.names("bury")) == 1:
            raise Kept("nobody answers")

    kind.on_bury = fail_once
    [node] = subject.nodes("pool1")
    subject.scale(pool1=0)
    await is_gone(subject, node)
    assert len(kind.names("bury")) == 2


async def test_others_that_never_answer_hold_it_up_for_a_while_only(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "_BURIAL", timedelta())

    def fail(_: str) -> None:
        raise Kept("nobody answers")

    subject.site.kind.on_bury = fail
    [node] = subject.nodes("pool1")
    subject.scale(pool1=0)
    await is_gone(subject, node)
    assert [one.phase for one in subject.nodes("pool1", gone=True)] == [Phase.GONE]
