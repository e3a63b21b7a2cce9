"""Options that several commands share, and the API as the flags before the command say."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.client import Api
from api.cli.config import Flags, connection
from api.cli.kinds import CLUSTER, Kind
from api.cli.output import Format
from api.cli.words import duration

LONG = timedelta(hours=2)


def _duration(text: str | timedelta) -> timedelta:
    if isinstance(text, timedelta):
        return text
    try:
        return duration(text)
    except ValueError as err:
        raise typer.BadParameter(str(err)) from None


Output = Annotated[
    Format, typer.Option("--output", "-o", help="How to print the answer.", show_default=True)
]
Wait = Annotated[
    bool, typer.Option("--wait", "-w", help="Show the progress and return when it is finished.")
]
Timeout = Annotated[
    timedelta,
    typer.Option(
        "--timeout",
        parser=_duration,
        metavar="TIME",
        show_default=False,
        help="Stop waiting after this, such as 90s, 30m (exit code 7; the operation goes on). "
        "Default: 2h.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done; change and reserve nothing.")
]
File = Annotated[
    Path,
    typer.Option("--file", "-f", metavar="FILE", help="YAML or JSON; - reads standard input."),
]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key",
        metavar="KEY",
        help="Repeating the command with the same key creates nothing twice (made up if absent).",
    ),
]
MissingOk = Annotated[bool, typer.Option("--missing-ok", help="One that isn't there is fine.")]
Gone = Annotated[bool, typer.Option("--all", "-a", help="Also VMs that are gone, with the reason.")]
Spec = Annotated[bool, typer.Option("--spec", help="Only its document, as YAML or JSON.")]


def name_of(kind: Kind) -> Any:
    """The argument that says which resource of the kind a command is about."""
    said = f"The {kind.title}'s name or id."
    return typer.Argument(metavar=kind.command.upper(), help=said, show_default=False)


ClusterName = Annotated[str, name_of(CLUSTER)]


def api(ctx: typer.Context) -> Api:
    """Raises Misused when there is no token."""
    flags: Flags = ctx.find_root().obj
    found = Api(connection(flags))
    ctx.call_on_close(found.close)
    return found
