"""Three forms of every answer: a table for people, JSON and YAML for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

import yaml
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from api.cli.words import clean

# Nothing is cut or wrapped when a program reads: grep and awk want whole lines.
PIPE_WIDTH = 1000
# What is copied into other commands is never broken, as far as the terminal allows.
FIRM = ("NAME", "NODE", "ADDRESS", "ENDPOINT")
GAP = 2
WRAPPED_WIDTH = 20
COLOURS = {
    "RUNNING": "green",
    "ready": "green",
    "done": "green",
    "succeeded": "green",
    "True": "green",
    "connected": "green",
    "refused": "red",
    "unreachable": "red",
    "FAILED": "red",
    "failed": "red",
    "Warning": "yellow",
    "DEGRADED": "yellow",
    "superseded": "yellow",
    "DELETING": "magenta",
    "removing": "magenta",
}

Row = dict[str, Any]
Column = tuple[str, Callable[[Row], object]]
Cells = tuple[str, list[Text]]


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def console(*, stderr: bool = False) -> Console:
    """Markup is off: what the API says is text, whatever brackets it holds."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(
        stderr=stderr, width=width, markup=False, highlight=False, emoji=False, soft_wrap=True
    )


def show(found: object, form: Format, people: Callable[[], RenderableType]) -> None:
    """Prints `found` as a program wants it, or what `people` makes of it."""
    if form is Format.JSON:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    elif form is Format.YAML:
        sys.stdout.write(as_yaml(found))
    else:
        _print(people())


def _print(shown: RenderableType) -> None:
    """In a pipe without the spaces that fill a table's last column."""
    screen = console()
    if screen.is_terminal:
        screen.print(shown)
        return
    with screen.capture() as captured:
        screen.print(shown)
    lines = (line.rstrip() for line in captured.get().splitlines())
    sys.stdout.writelines(f"{line}\n" for line in lines)


def as_yaml(found: object) -> str:
    return yaml.safe_dump(found, sort_keys=False, default_flow_style=False)


def say(text: str) -> None:
    """A remark for people, beside the answer."""
    console(stderr=True).print(clean(text))


def table(
    rows: Iterable[Row],
    columns: Sequence[Column],
    empty: str = "",
    expendable: Sequence[str] = (),
) -> RenderableType:
    """`empty` is shown in place of a table without rows.

    `expendable` are titles of columns that a narrow terminal can do without, the first first.
    """
    rows = list(rows)
    cells = [(title, [coloured(value(row)) for row in rows]) for title, value in columns]
    found = Table(box=None, pad_edge=False, header_style="bold")
    kept = fitting(cells, expendable, console().width)
    for title, _ in kept:
        found.add_column(title, overflow="fold", no_wrap=title in FIRM)
    for row in zip(*(texts for _, texts in kept), strict=True):
        found.add_row(*row)
    return found if found.row_count or not empty else Text(empty)


def fitting(cells: Sequence[Cells], expendable: Sequence[str], width: int) -> list[Cells]:
    """The columns without as many of the `expendable` as it takes to fit."""
    kept = list(cells)
    for title in expendable:
        if sum(map(_needed, kept)) <= width + GAP:
            break
        kept = [column for column in kept if column[0] != title]
    return kept


def _needed(column: Cells) -> int:
    """With its gap. What may be wrapped needs no more than a few words' room."""
    title, texts = column
    longest = max(len(title), *(len(text) for text in texts), 0)
    return (longest if title in FIRM else min(longest, WRAPPED_WIDTH)) + GAP


def pairs(facts: Iterable[tuple[str, object]]) -> Table:
    found = Table(box=None, pad_edge=False, show_header=False)
    found.add_column(style="bold", no_wrap=True)
    found.add_column(overflow="fold")
    for name, value in facts:
        if value not in (None, ""):
            found.add_row(name, coloured(value))
    return found


def coloured(value: object) -> Text:
    if isinstance(value, Text):
        return value
    text = clean(value)
    return Text(text, style=COLOURS.get(text, ""))
