"""Commands that look at images and at their making."""

from typing import Annotated

import typer
from rich.text import Text

from api.cli.following_logs import follow_log
from api.cli.image_tables import EXPENDABLE, IMAGES, describe
from api.cli.images import Name
from api.cli.kinds import IMAGE
from api.cli.options import LONG, Output, Timeout, api
from api.cli.output import Format, show, table
from api.cli.resources import Named

app = typer.Typer()

Spec = Annotated[bool, typer.Option("--spec", help="Only its document, as YAML or JSON.")]
Follow = Annotated[bool, typer.Option("--follow", help="Go on until its making is over.")]


@app.command("list")
def list_(ctx: typer.Context, output: Output = Format.TABLE) -> None:
    """List the images of your organisation, also those being made.

    Example:

      pkectl image list
    """
    found = api(ctx).items(IMAGE.path())
    empty = "no images yet; make one with: pkectl image build -f FILE"
    show(found, output, lambda: table(found, IMAGES, empty, EXPENDABLE))


@app.command()
def get(ctx: typer.Context, image: Name, spec: Spec = False, output: Output = Format.TABLE) -> None:
    """Show an image: templates, self-check, what stands on it, conditions with reasons.

    Example:

      pkectl image get debian-12-node-1.35.4
    """
    found = Named(api(ctx), IMAGE, image).get()
    if spec:
        show(found["spec"], Format.YAML if output is Format.TABLE else output, Text)
    else:
        show(found, output, lambda: describe(found))


@app.command()
def events(ctx: typer.Context, image: Name, output: Output = Format.TABLE) -> None:
    """Show what happened to an image and why, oldest first.

    Example:

      pkectl image events debian-12-node-1.35.4
    """
    Named(api(ctx), IMAGE, image).show_events(output)


@app.command()
def logs(ctx: typer.Context, image: Name, follow: Follow = False) -> None:
    """Show the log of an image's making: what Packer and the boot test said.

    Example:

      pkectl image logs debian-12-node-1-35-4-0a1b2c3d --follow
    """
    client = api(ctx)
    found = Named(client, IMAGE, image).get()
    follow_log(client, IMAGE.making_path(found["id"], "log"), follow=follow)


@app.command()
def watch(ctx: typer.Context, image: Name, timeout: Timeout = LONG) -> None:
    """Watch an image's latest operation until it is finished.

    Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl image watch debian-12-node-1.35.4
    """
    Named(api(ctx), IMAGE, image).watch(timeout)
