"""Help that is enough: an example for each command, first things first."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from api.cli.help_texts import tidied, unwrapped
from api.cli.program import app
from tests.cli.conftest import Pkectl


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, found in getattr(command, "commands", {}).items():
        yield from commands(found, (*path, name))
    if not hasattr(command, "commands"):
        yield path, command


COMMANDS = dict(commands(tidied(get_command(app))))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_of_itself(path: tuple[str, ...]) -> None:
    _, _, examples = COMMANDS[path].help.partition("Example")
    assert f"pkectl {' '.join(path)}" in examples


def test_first_things_come_first() -> None:
    of_clusters = [path[1] for path in COMMANDS if path[0] == "cluster"]
    assert of_clusters[:3] == ["create", "list", "get"]


def test_paragraphs_are_left_to_the_terminal_and_examples_are_not() -> None:
    assert unwrapped("One\ntwo.\n\n  three\n  four") == "One two.\n\n  three\n  four"


def test_help_of_a_long_text(pkectl: Pkectl) -> None:
    ran = pkectl("secret", "create", "--help")
    assert "username=csi@vsphere.local" in ran.out
