"""What a real machine sees of its VM's guestinfo, and what it says."""

import stat
from pathlib import Path

import pytest

from lab.guests.machines.guestinfo import GuestFolder, environment

CONFIG = {
    "guestinfo.metadata": "bWV0YQ==",
    "guestinfo.metadata.encoding": "gzip+base64",
    "disk.enableUUID": "TRUE",
}


@pytest.fixture
def folder(tmp_path: Path) -> GuestFolder:
    made = GuestFolder(tmp_path / "guest")
    made.make()
    return made


def test_cloud_init_finds_it_in_its_environment() -> None:
    assert environment(CONFIG).splitlines() == [
        "VMX_GUESTINFO=1",
        "VMX_GUESTINFO_METADATA=bWV0YQ==",
        "VMX_GUESTINFO_METADATA_ENCODING=gzip+base64",
    ]


def test_each_key_is_a_file_that_only_root_may_read(folder: GuestFolder) -> None:
    folder.show(CONFIG)
    files = sorted((folder.path / "info").iterdir())
    assert [file.name for file in files] == ["guestinfo.metadata", "guestinfo.metadata.encoding"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_removed_key_is_gone(folder: GuestFolder) -> None:
    folder.show(CONFIG | {"guestinfo.userdata": "c2VjcmV0"})
    folder.show(CONFIG)
    assert not (folder.path / "info" / "guestinfo.userdata").exists()
    assert "USERDATA" not in (folder.path / "guestinfo.env").read_text()


def test_what_the_guest_sets_is_told_once(folder: GuestFolder) -> None:
    said = folder.path / "out" / "guestinfo.answer"
    said.write_text("well")
    (folder.path / "out" / ".guestinfo.other.part").write_text("half")
    assert folder.published() == {"guestinfo.answer": "well"}
    assert folder.published() == {}
    said.write_text("better")
    assert folder.published() == {"guestinfo.answer": "better"}
