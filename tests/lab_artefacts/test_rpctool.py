"""The guest's vmware-rpctool behaves like that of open-vm-tools."""

import subprocess

import pytest

from lab.guestos import base

RPCTOOL = base.FILES / "usr/bin/vmware-rpctool"
KEY = "guestinfo.pke.configuration"


@pytest.fixture
def rpctool(tmp_path):
    def run(*arguments):
        done = subprocess.run(
            [RPCTOOL, *arguments],
            env={"GUEST_FOLDER": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def host(tmp_path):
    """Sets a key as vCenter does."""
    (tmp_path / "info").mkdir()

    def set_key(key, value):
        (tmp_path / "info" / key).write_text(value)

    return set_key


def test_reads_what_the_host_set(rpctool, host):
    host(KEY, "a b\nc")
    assert rpctool(f"info-get {KEY}") == (0, "a b\nc\n", "")


def test_says_that_there_is_no_value(rpctool):
    assert rpctool(f"info-get {KEY}") == (1, "", "No value found\n")


def test_a_key_that_the_host_emptied_has_no_value(rpctool, host):
    rpctool(f"info-set {KEY} old")
    host(KEY, "")
    assert rpctool(f"info-get {KEY}") == (1, "", "No value found\n")


def test_tells_the_host_a_value_with_spaces(rpctool, tmp_path):
    assert rpctool(f'info-set {KEY} {{"a": 1}}') == (0, "\n", "")
    assert (tmp_path / "out" / KEY).read_text() == '{"a": 1}'


def test_reads_back_what_it_told_the_host(rpctool):
    rpctool(f"info-set {KEY} told")
    assert rpctool(f"info-get {KEY}") == (0, "told\n", "")


@pytest.mark.parametrize("key", ["../info", "guestinfo./../../etc/passwd", "machine.id"])
def test_there_are_no_keys_but_guestinfo(rpctool, key):
    assert rpctool(f"info-get {key}") == (1, "", "No value found\n")
    assert rpctool(f"info-set {key} value")[0] == 1


def test_other_requests_are_unknown(rpctool):
    assert rpctool("tools.set.version 1") == (1, "", "Unknown command\n")


def test_says_how_it_is_used(rpctool):
    status, _, said = rpctool()
    assert (status, "rpctool <text>" in said) == (1, True)
