"""Folders and templates that somebody moves, renames or deletes meanwhile."""

from tests.workflow.images import BUILD, ImageSubject, ScriptedPacker
from tests.workflow.site import Site


async def test_a_template_that_was_renamed_or_moved_is_released_all_the_same(
    running: Site, packer: ScriptedPacker
) -> None:
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    running.inspector.make_folder("golden", running.root_folder)
    moved = subject.templates()["an-image"].moref
    running.inspector.move(moved, f"{running.root_folder}/golden")
    running.inspector.rename(subject.templates()["an-image-storage-1"].moref, "the-best")

    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None)

    assert subject.machines() == []
    assert subject.events("FolderKept") == []


async def test_a_folder_that_is_deleted_between_attempts_is_made_anew(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(fail="alas")
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    running.inspector.destroy_folder(subject.folder)

    packer.plan()
    subject.retry()
    await subject.becomes("RUNNING")
    subject.delete()
    await subject.is_gone()


async def test_a_folder_that_is_deleted_under_packer_is_found_again(
    running: Site, packer: ScriptedPacker
) -> None:
    """Packer makes one itself when there is none."""
    packer.plan(hang="start")
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: packer.hangs)
    running.inspector.destroy_folder(subject.folder)
    running.inspector.make_folder(subject.folder.rpartition("/")[2], running.root_folder)

    packer.plan()
    await subject.becomes("RUNNING")
    subject.delete()
    await subject.is_gone()


async def test_a_folder_that_was_renamed_between_attempts_is_told_and_released(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(fail="alas")
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    running.inspector.rename_folder(subject.folder, "golden")

    packer.plan()
    subject.retry()
    await subject.becomes("FAILED")
    assert f"is not {subject.folder} any more" in subject.operations()[-1].reason
    subject.delete()
    await subject.is_gone()
