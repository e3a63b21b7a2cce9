"""Programs of this machine that fail or hang: whoever asks is told in one way."""

import pytest

from lab.guests.machines.commands import CommandError, run, try_to


def test_what_failed_is_told_in_its_own_words() -> None:
    with pytest.raises(CommandError, match="no-such-file"):
        run("ls", "/no-such-file")


def test_what_hangs_has_failed() -> None:
    with pytest.raises(CommandError, match=r"`sleep 60` did not end within 0\.05 s"):
        run("sleep", "60", seconds=0.05)
    assert not try_to("sleep", "60", seconds=0.05)
    assert try_to("true")
