"""docs/operations.md lists the settings as the program itself does."""

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import REPOSITORY

PROGRAM = (sys.executable, "-c", "from api.main import main; main()", "settings")
DOCUMENT = REPOSITORY / "docs" / "operations.md"


@pytest.fixture(scope="module")
def rows() -> list[str]:
    """The table's rows: from blocks of name, default and meaning."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PKE_")}
    done = subprocess.run(PROGRAM, capture_output=True, text=True, check=True, env=kept)
    return [_row(block.splitlines()) for block in done.stdout.strip().split("\n\n")]


def _row(lines: list[str]) -> str:
    name, default, meaning = (line.strip() for line in lines)
    value = default.removeprefix("default:").strip()
    shown = f"`{value}`" if value not in ("", "None") else ""
    return f"| `{name}` | {shown} | {meaning} |"


def test_the_document_has_exactly_these_rows(rows: list[str]) -> None:
    text = DOCUMENT.read_text()
    table = text[text.index("<!-- settings -->") : text.index("<!-- /settings -->")]
    documented = [line for line in table.splitlines() if line.startswith("| `PKE_")]
    assert documented == rows, "write these rows:\n" + "\n".join(rows)
