"""What guests tell by themselves is heard with each round of care, for one request."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from provisioner.store import nodes
from provisioner.store.database import Database
from tests.workflow.plain_document import CORE
from tests.workflow.plain_kind import PlainKind
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from tests.workflow.wire import HOST, laid_to
from workflows.activities import hearing

WORD = "guestinfo.word"


class HearingKind(PlainKind):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.heard: list[dict[str, str]] = []

    def hear(self, told: Mapping[str, Mapping[str, str]]) -> None:
        self.heard.append({node: info.get(WORD, "") for node, info in told.items()})


@pytest.fixture
async def site(site: Site) -> AsyncIterator[Site]:
    listening = replace(site, kind=HearingKind(site.database))
    async with listening.worker():
        await listening.begin()
        yield listening


async def test_all_members_are_heard_at_once(site: Site) -> None:
    subject = Subject.create(site, core=1, pool1=1)
    await subject.becomes("RUNNING")
    for node in subject.nodes():
        site.inspector.set_extra_config(node.moref, {WORD: f"I am {node.name}"})
    control = site.servers.vcenter.control
    control.reset_requests()
    site.kind.heard.clear()
    await site.care()
    assert site.kind.heard == [{node.id: f"I am {node.name}" for node in subject.nodes()}]
    assert control.requests()["RetrievePropertiesEx"] == 1


async def test_one_that_is_lost_or_gone_silences_nobody(site: Site) -> None:
    subject = Subject.create(site, core=1, pool1=2)
    await subject.becomes("RUNNING")
    lost, kept = subject.nodes("pool1")
    with site.database.write() as session:
        nodes.get(session, lost.id).lost = "gone"
    site.kind.heard.clear()
    await site.care()
    [heard] = site.kind.heard
    assert set(heard) == {kept.id, *(node.id for node in subject.nodes(CORE))}


async def test_a_vcenter_that_hangs_delays_no_round_and_is_asked_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "_PATIENCE_SECONDS", 0.2)
    subject = Subject.create(site, core=1)
    await subject.becomes("RUNNING")
    vcenter, kind = site.servers.vcenter, site.kind
    async with laid_to(vcenter.host, vcenter.port) as wire:
        site.reach_vcenter_at(HOST, wire.port)
        site.give_credentials(vcenter.password, version=2)
        while not wire.in_use:
            await _heard_again(site)
        wire.hold_answers()
        vcenter.control.reset_requests()
        kind.heard.clear()
        for _ in range(3):
            with site.database.write() as session:
                session.merge(subject.row).care_due_at = None
            before = len(kind.names("care"))
            await site.care()
            assert len(kind.names("care")) == before + 1
        assert kind.heard == []
        assert vcenter.control.requests()["RetrievePropertiesEx"] == 1
        wire.release_answers()
        await _heard_again(site)


async def _heard_again(site: Site) -> None:
    before = len(site.kind.heard)
    while len(site.kind.heard) == before:
        await site.care()


async def test_a_vcenter_that_does_not_answer_stops_no_round(site: Site) -> None:
    subject = Subject.create(site, core=1)
    await subject.becomes("RUNNING")
    site.reach_vcenter_at("127.0.0.1", 1)
    with site.database.write() as session:
        session.merge(subject.row).care_due_at = None
    site.give_credentials("another", version=2)
    await site.care()
    assert site.kind.names("care")[-1:] == [subject.id]
