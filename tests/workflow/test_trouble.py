"""What of passing problems is told in the history."""

import pytest

from provisioner.domain.errors import ProvisionerError
from tests.workflow.plain_document import PREPARE
from tests.workflow.plain_kind import Kept
from tests.workflow.site import Site
from tests.workflow.subject import Subject


class Beginning(ProvisionerError):
    transient = expected = True


async def test_an_error_that_nobody_foresaw_is_told_and_passes(running: Site) -> None:
    raised: list[str] = []

    def fail_once(task: str) -> None:
        if task == PREPARE and not raised:
            raised.append(task)
            raise KeyError("geheim")

    running.kind.on_task = fail_once
    subject = Subject.create(running)
    await subject.becomes("RUNNING")
    [trouble] = subject.events("Trouble")
    assert "an error that nobody foresaw (KeyError)" in trouble.message
    assert "geheim" not in trouble.message


@pytest.mark.parametrize(("kind", "told"), [(Kept, 1), (Beginning, 0)])
async def test_only_what_is_not_expected_is_trouble(
    running: Site, kind: type[ProvisionerError], told: int
) -> None:
    raised: list[str] = []

    def fail_once(task: str) -> None:
        if task == PREPARE and not raised:
            raised.append(task)
            raise kind("not yet")

    running.kind.on_task = fail_once
    subject = Subject.create(running)
    await subject.becomes("RUNNING")
    assert raised == [PREPARE]
    assert len(subject.events("Trouble")) == told
