"""Commands that resources of every kind have, alike but for their texts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from api.cli.accepted import Manner, carry_out, confirm
from api.cli.client import Change
from api.cli.cluster_tables import EXPENDABLE, NODES
from api.cli.documents import read_document
from api.cli.kinds import Kind
from api.cli.options import (
    LONG,
    DryRun,
    File,
    Gone,
    IdempotencyKey,
    MissingOk,
    Output,
    Spec,
    Timeout,
    Wait,
    Yes,
    api,
    name_of,
)
from api.cli.output import Format, Row, show, table
from api.cli.resources import Named


@dataclass(frozen=True)
class KindCommands:
    """Which of them `app` gets; `text` is a command's help."""

    app: typer.Typer
    kind: Kind

    def add_create(self, text: str) -> None:
        @self.app.command("create", help=text)
        def create(  # noqa: PLR0913 a command's options
            ctx: typer.Context,
            file: File,
            dry_run: DryRun = False,
            wait: Wait = False,
            timeout: Timeout = LONG,
            idempotency_key: IdempotencyKey = None,
            output: Output = Format.TABLE,
        ) -> None:
            change = Change("POST", self.kind.path(), read_document(file), idempotency_key)
            carry_out(api(ctx), change, Manner(output, wait, timeout, dry_run))

    def add_list(self, text: str, people: Callable[[list[Row]], RenderableType]) -> None:
        @self.app.command("list", help=text)
        def list_(ctx: typer.Context, output: Output = Format.TABLE) -> None:
            found = api(ctx).items(self.kind.path())
            show(found, output, partial(people, found))

    def add_get(self, text: str, people: Callable[[Row], RenderableType]) -> None:
        @self.app.command("get", help=text)
        def get(
            ctx: typer.Context,
            name: Annotated[str, name_of(self.kind)],
            spec: Spec = False,
            output: Output = Format.TABLE,
        ) -> None:
            found = Named(api(ctx), self.kind, name).get()
            if spec:
                show(found["spec"], Format.YAML if output is Format.TABLE else output, Text)
            else:
                show(found, output, partial(people, found))

    def add_nodes(self, text: str, empty: str) -> None:
        @self.app.command("nodes", help=text)
        def nodes(
            ctx: typer.Context,
            name: Annotated[str, name_of(self.kind)],
            gone: Gone = False,
            output: Output = Format.TABLE,
        ) -> None:
            found = Named(api(ctx), self.kind, name).nodes(gone=gone)
            show(found, output, lambda: table(found, NODES, empty, EXPENDABLE))

    def add_events(self, text: str) -> None:
        @self.app.command("events", help=text)
        def events(
            ctx: typer.Context,
            name: Annotated[str, name_of(self.kind)],
            output: Output = Format.TABLE,
        ) -> None:
            Named(api(ctx), self.kind, name).show_events(output)

    def add_watch(self, text: str) -> None:
        @self.app.command("watch", help=text)
        def watch(
            ctx: typer.Context,
            name: Annotated[str, name_of(self.kind)],
            timeout: Timeout = LONG,
        ) -> None:
            Named(api(ctx), self.kind, name).watch(timeout)

    def add_retry(self, text: str) -> None:
        @self.app.command("retry", help=text)
        def retry(
            ctx: typer.Context,
            name: Annotated[str, name_of(self.kind)],
            wait: Wait = False,
            timeout: Timeout = LONG,
            output: Output = Format.TABLE,
        ) -> None:
            Named(api(ctx), self.kind, name).retry(Manner(output, wait, timeout))

    def add_delete(self, text: str, losing: str) -> None:
        """`losing` is what is deleted with it, for the question."""

        @self.app.command("delete", help=text)
        def delete(  # noqa: PLR0913 a command's options
            ctx: typer.Context,
            name: Annotated[str, name_of(self.kind)],
            yes: Yes = False,
            missing_ok: MissingOk = False,
            wait: Wait = False,
            timeout: Timeout = LONG,
            output: Output = Format.TABLE,
        ) -> None:
            client = api(ctx)
            confirm(f"Delete {self.kind.title} {name} with {losing}?", yes)
            manner = Manner(output, wait, timeout)
            Named(client, self.kind, name).delete(manner, missing_ok=missing_ok)
