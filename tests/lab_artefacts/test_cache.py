import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab import cache

BUILDER = Path(__file__).with_name("builder.py")
PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PKE_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def fill(target):
    (target / "program").write_text("built")


def test_finds_only_what_was_made():
    assert cache.find("thing", "a" * 16) is None
    made = cache.ensure("thing", "a" * 16, fill)
    assert cache.find("thing", "a" * 16) == made


def test_makes_it_once():
    made = []
    for _ in range(2):
        found = cache.ensure("thing", "a" * 16, made.append)
    assert (found.is_dir(), len(made)) == (True, 1)


def test_two_processes_make_it_once_and_both_find_it_whole(tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, str(BUILDER), "thing", str(log)]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    both = [subprocess.Popen(command, env=env) for _ in range(2)]
    assert ([one.wait(timeout=60) for one in both], log.read_text()) == ([0, 0], "made\n")


def test_a_failure_leaves_nothing_and_may_be_tried_again(folder):
    def fail(target):
        fill(target)
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        cache.ensure("thing", "a" * 16, fail)
    assert [found for found in folder.iterdir() if found.is_dir()] == []
    assert (cache.ensure("thing", "a" * 16, fill) / "program").exists()


def test_what_a_killed_builder_left_is_no_part_of_the_next(folder):
    left = folder / f"thing-{'a' * 16}.part-killed"
    left.mkdir(parents=True)
    (left / "rubbish").touch()
    found = cache.ensure("thing", "a" * 16, fill)
    assert ([file.name for file in found.iterdir()], left.exists()) == (["program"], False)


@pytest.mark.parametrize(("days", "kept"), [(13, True), (15, False)])
def test_older_states_stay_while_somebody_used_them_lately(folder, days, kept):
    old = cache.ensure("thing", "a" * 16, fill)
    used = time.time() - days * 86400
    os.utime(old, (used, used))
    cache.ensure("thing", "b" * 16, fill)
    assert old.exists() == kept


def test_a_longer_name_is_not_an_older_state():
    other = cache.ensure("thing-more", "a" * 16, fill)
    os.utime(other, (0, 0))
    cache.ensure("thing", "b" * 16, fill)
    assert other.exists()


def test_the_digest_knows_content_names_modes_and_borders(tmp_path):
    (tmp_path / "files" / "below").mkdir(parents=True)
    one, two = tmp_path / "files" / "one", tmp_path / "files" / "below" / "two"
    one.write_text("1")
    two.write_text("2")
    seen = {cache.digest(tmp_path / "files")}
    two.write_text("3")
    seen.add(cache.digest(tmp_path / "files"))
    one.chmod(0o755)
    seen.add(cache.digest(tmp_path / "files"))
    one.rename(one.with_name("other"))
    seen.add(cache.digest(tmp_path / "files"))
    assert len(seen) == 4
    assert cache.digest("ab", "c") != cache.digest("a", "bc")
