"""What to tell of an accepted change: how it ends, or how to follow it."""

from datetime import timedelta

import typer
from rich.console import RenderableType

from api.cli.client import Api, Document
from api.cli.errors import Misused
from api.cli.output import Format, pairs, say, show
from api.cli.progress import watch
from api.cli.terminal import is_interactive


def report(api: Api, operation: Document, form: Format, wait: timedelta | None) -> None:
    """Prints the operation: as accepted, or, with `wait`, as it ended."""
    if wait is not None:
        operation = watch(api, operation, form, wait)
        if form is Format.TABLE:
            return
    show(operation, form, lambda: _short(operation))
    if wait is None and form is Format.TABLE:
        say(f"follow it with: pkectl operation watch {operation['id']}")


def confirm(question: str, yes: bool) -> None:
    """Raises typer.Abort on a no, Misused when nobody can be asked."""
    if yes:
        return
    if not is_interactive():
        raise Misused("nobody can be asked here", "pass --yes to go ahead without a question")
    typer.confirm(question, abort=True, err=True)


def _short(operation: Document) -> RenderableType:
    return pairs(
        (
            ("operation", operation["id"]),
            ("cluster", operation["cluster"]["name"]),
            ("kind", operation["kind"]),
            ("state", operation["state"]),
        )
    )
