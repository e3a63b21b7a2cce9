"""The way to a vCenter: no account is locked, nothing is told to strangers."""

from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from lab.vcenter.control import Control
from provisioner.store import vcenters
from provisioner.store.tables import VCenter
from tests.workflow.hands import Hands
from tests.workflow.impostor import at_work
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from tests.workflow.waiting import until_async
from tests.workflow.wire import HOST, laid_to
from workflows.contracts import create_workflow

SECONDS = 90


async def test_one_refused_login_and_no_more(site: Site, control: Control) -> None:
    async with site.worker():
        await site.begin(watch=False)
        site.give_credentials("no longer the password")
        control.reset_requests()
        subject = Subject.create(site, pool1=2)
        await until_async(lambda: _all_tried_again(subject), SECONDS, subject.describe)
        assert control.requests()["Login"] == 1
        assert _row(site).state == "refused"
        problem = subject.nodes()[0].problem or ""
        assert "refused these credentials" in problem or "we don't try again" in problem

        site.give_credentials(site.servers.vcenter.password, version=2)
        await site.begin()
        await subject.becomes("RUNNING")
        assert _row(site).state == "connected"
        assert len(subject.machines()) == 3


async def test_a_changed_certificate_is_told_nothing(
    site: Site, hands: Hands, tmp_path: Path
) -> None:
    vcenter = site.servers.vcenter
    async with laid_to(vcenter.host, vcenter.port) as wire, at_work(tmp_path) as impostor:
        site.reach_vcenter_at(HOST, wire.port)
        _, [node] = await hands.plan()
        wire.lead_to(HOST, impostor.port)
        with pytest.raises(ApplicationError, match="thumbprint") as refused:
            await hands.create(node)
        assert not refused.value.non_retryable
        assert impostor.visits > 0
        assert impostor.told == b""

        wire.lead_to(vcenter.host, vcenter.port)
        assert await hands.create(node)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"thumbprint": "00" * 32}, "thumbprint"),
        ({"port": 1}, "host"),
        ({"root_folder": "/DC1/vm/nowhere"}, "rootFolder"),
        ({}, "password"),
    ],
)
async def test_a_vcenter_that_is_registered_wrong(
    site: Site, hands: Hands, wrong: dict[str, object], field: str
) -> None:
    """The verdict names the field to look at, and tells no password."""
    with site.database.write() as session:
        for column, value in wrong.items():
            setattr(vcenters.get(session, site.vcenter_id), column, value)
    if not wrong:
        site.give_credentials("not the password")
    verdict = await hands.do("verify", site.vcenter_id)
    assert (verdict.accepted, verdict.field) == (False, field)
    assert "not the password" not in verdict.reason


async def _all_tried_again(subject: Subject) -> bool:
    """Each node's creation has failed, and is about to be tried again."""
    found = subject.nodes()
    if len(found) < 3 or not all(node.problem for node in found):
        return False
    return min([await _attempt(subject, node.id) for node in found]) >= 2


async def _attempt(subject: Subject, node_id: str) -> int:
    handle = subject.site.client.get_workflow_handle(create_workflow(node_id))
    pending = (await handle.describe()).raw_description.pending_activities
    return max((one.attempt for one in pending), default=0)


def _row(site: Site) -> VCenter:
    with site.database.read() as session:
        return vcenters.get(session, site.vcenter_id)
