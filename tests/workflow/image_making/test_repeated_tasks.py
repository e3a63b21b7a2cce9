"""Tasks that run again, as when a worker dies right before it can tell."""

from provisioner.store import images
from tests.workflow.hands import Hands
from tests.workflow.images import BUILD, ImageSubject, ScriptedPacker
from tests.workflow.site import Site


async def test_a_task_that_ran_already_may_run_again(
    site: Site, packer: ScriptedPacker, running: Site
) -> None:
    """As when a worker dies right before it can tell."""
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    before = {name: one.moref for name, one in subject.in_vcenter().items()}
    composition = packer.site.compose()
    hands = Hands(packer.site, composition)
    for task in ("boot-test", "mark", "copy", "register"):
        await hands.run_task(subject, task)
    await composition.close()
    assert {name: one.moref for name, one in subject.in_vcenter().items()} == before
    assert len(subject.events("ImageRegistered")) == 1


async def test_a_build_that_ran_already_may_run_again(
    site: Site, packer: ScriptedPacker, running: Site
) -> None:
    """What is on record of the first one's template goes with it."""
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("RUNNING")
    composition = packer.site.compose()
    hands = Hands(packer.site, composition)
    for task in ("build", "boot-test", "mark", "copy"):
        await hands.run_task(subject, task)
    await composition.close()

    with running.database.read() as session:
        rows = [row.moref for row in images.templates(session, subject.id)]
    assert rows == [subject.in_vcenter()["an-image"].moref]
