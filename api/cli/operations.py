"""Commands for operations: what was asked for, and how far it is."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.client import path
from api.cli.kinds import kind_of
from api.cli.options import LONG, Output, Timeout, api
from api.cli.output import Column, Format, Row, pairs, show, table
from api.cli.progress import watch as watch_operation
from api.cli.words import age, clock

app = typer.Typer(no_args_is_help=True, help="What was asked for, and how far it is.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The operation's id.", show_default=False)]
OfCluster = Annotated[
    str | None, typer.Option("--cluster", metavar="CLUSTER", help="Only those of this cluster.")
]

OPERATIONS: tuple[Column, ...] = (
    ("ID", lambda row: row["id"]),
    ("FOR", lambda row: row["cluster"]["name"]),
    ("KIND", lambda row: row["kind"]),
    ("STATE", lambda row: row["state"]),
    ("DONE", lambda row: f"{row['percent']}%"),
    ("BY", lambda row: row["requestedBy"]),
    ("AGE", lambda row: age(row["startedAt"])),
)
STEPS: tuple[Column, ...] = (
    ("STEP", lambda row: row["name"]),
    ("STATE", lambda row: row["state"]),
    ("DONE", lambda row: f"{row['percent']}%"),
    ("STARTED", lambda row: clock(row["startedAt"])),
    ("FINISHED", lambda row: clock(row["finishedAt"])),
    ("DETAIL", lambda row: row["detail"]),
)


@app.command("list")
def list_(ctx: typer.Context, cluster: OfCluster = None, output: Output = Format.TABLE) -> None:
    """List operations, the latest first.

    Example:

      pkectl operation list
    """
    query = {"cluster": cluster} if cluster else {}
    found = api(ctx).items("/operations", **query)
    show(found, output, lambda: table(found, OPERATIONS, "no operations"))


@app.command()
def get(ctx: typer.Context, operation: Id, output: Output = Format.TABLE) -> None:
    """Show an operation with its steps. Works after its cluster is deleted, too.

    Example:

      pkectl operation get 3f0c7d7e-9d0c-4a0e-8f63-0a4f5d6f2b11
    """
    found = api(ctx).get(path("operations", operation))
    show(found, output, lambda: _describe(found))


@app.command()
def watch(
    ctx: typer.Context,
    operation: Id,
    timeout: Timeout = LONG,
) -> None:
    """Watch an operation until it is finished: exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl operation watch 3f0c7d7e-9d0c-4a0e-8f63-0a4f5d6f2b11
    """
    client = api(ctx)
    found = client.get(path("operations", operation))
    watch_operation(client, found, Format.TABLE, timeout)


def _describe(operation: Row) -> RenderableType:
    facts = pairs(
        (
            ("id", operation["id"]),
            (kind_of(operation).title, operation["cluster"]["name"]),
            ("kind", operation["kind"]),
            ("state", operation["state"]),
            ("done", f"{operation['percent']}%"),
            ("reason", operation["reason"]),
            ("superseded by", operation["supersededBy"]),
            ("requested by", operation["requestedBy"]),
            ("started", clock(operation["startedAt"])),
            ("finished", clock(operation["finishedAt"])),
        )
    )
    return Group(facts, Text(), table(operation["steps"], STEPS))
