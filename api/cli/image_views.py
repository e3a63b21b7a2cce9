"""Commands that look at images and at their making."""

from typing import Annotated

import typer

from api.cli.following_logs import follow_log
from api.cli.image_tables import EXPENDABLE, IMAGES, describe
from api.cli.images import Name
from api.cli.kind_commands import KindCommands
from api.cli.kinds import IMAGE
from api.cli.options import api
from api.cli.output import table
from api.cli.resources import Named

app = typer.Typer()

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until its making is over.")]

_EMPTY = "no images yet; make one with: pkectl image build -f FILE"

_commands = KindCommands(app, IMAGE)
_commands.add_list(
    """List the images of your organisation, also those being made.

    Example:

      pkectl image list
    """,
    lambda found: table(found, IMAGES, _EMPTY, EXPENDABLE),
)
_commands.add_get(
    """Show an image: templates, self-check, what stands on it, conditions with reasons.

    Example:

      pkectl image get debian-12-node-1-35-4-0a1b2c3d
    """,
    describe,
)
_commands.add_events(
    """Show what happened to an image and why, oldest first.

    Example:

      pkectl image events debian-12-node-1-35-4-0a1b2c3d
    """
)
_commands.add_watch(
    """Watch an image's latest operation until it is finished.

    Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl image watch debian-12-node-1-35-4-0a1b2c3d
    """
)


@app.command()
def logs(ctx: typer.Context, image: Name, follow: Follow = False) -> None:
    """Show the log of an image's making: what Packer and the boot test said.

    Example:

      pkectl image logs debian-12-node-1-35-4-0a1b2c3d --follow
    """
    client = api(ctx)
    found = Named(client, IMAGE, image).get()
    follow_log(client, IMAGE.making_path(found["id"], "log"), follow=follow)
