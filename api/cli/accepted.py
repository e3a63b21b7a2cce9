"""Carrying out a change: planned only, or asked for and, on request, followed to its end."""

from dataclasses import dataclass
from datetime import timedelta

import typer
from rich.console import RenderableType

from api.cli.client import Api, Change, Document
from api.cli.errors import Misused
from api.cli.kinds import is_making, kind_of
from api.cli.options import LONG
from api.cli.output import Format, pairs, say, show
from api.cli.plans import plan_table
from api.cli.progress import watch
from api.cli.terminal import is_interactive


@dataclass(frozen=True)
class Manner:
    """What a change's command was told beside the change itself."""

    form: Format
    wait: bool = False
    timeout: timedelta = LONG
    dry_run: bool = False


def carry_out(api: Api, change: Change, manner: Manner) -> None:
    """Prints the plan of a dry run, else the operation: as accepted or, waited for, as it ended."""
    answer = api.change(change, dry_run=manner.dry_run)
    if manner.dry_run:
        show(answer, manner.form, lambda: plan_table(answer))
    else:
        tell(api, answer, manner)


def tell(api: Api, operation: Document, manner: Manner) -> None:
    """One that was accepted: as it is or, waited for, as it ended."""
    if is_making(operation) and manner.form is Format.TABLE:
        command, name = kind_of(operation).command, operation["cluster"]["name"]
        say(f"its log: pkectl {command} logs {name} --follow")
    if manner.wait:
        _wait(api, operation, manner)
        return
    show(operation, manner.form, lambda: _short(operation))
    if manner.form is Format.TABLE:
        say(f"follow it with: pkectl operation watch {operation['id']}")


def confirm(question: str, yes: bool) -> None:
    """Raises typer.Abort on a no, Misused when nobody can be asked."""
    if yes:
        return
    if not is_interactive():
        raise Misused("nobody can be asked here", "pass --yes to go ahead without a question")
    typer.confirm(question, abort=True, err=True)


def _wait(api: Api, operation: Document, manner: Manner) -> None:
    ended = watch(api, operation, manner.form, manner.timeout)
    if manner.form is not Format.TABLE:
        show(ended, manner.form, lambda: _short(ended))


def _short(operation: Document) -> RenderableType:
    return pairs(
        (
            ("operation", operation["id"]),
            (kind_of(operation).title, operation["cluster"]["name"]),
            ("kind", operation["kind"]),
            ("state", operation["state"]),
        )
    )
