"""The command that has an image copied to further datastores."""

from typing import Annotated

import typer

from api.cli.accepted import Manner
from api.cli.images import Name
from api.cli.kinds import IMAGE
from api.cli.options import LONG, DryRun, Output, Timeout, Wait, api
from api.cli.output import Format, say
from api.cli.resources import Named

app = typer.Typer()

Datastores = Annotated[
    list[str],
    typer.Option(
        "--datastore", "-d", metavar="DATASTORE", help="Where a copy is to be; may be repeated."
    ),
]


@app.command()
def copy(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    image: Name,
    datastore: Datastores,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Copy an image's template to further datastores, for groups that are to stand there.

    Copies that are there stay. Groups that ask for an image from now on get the copy on their own
    datastore; those that stand already keep their template.

    Examples:

      pkectl image copy debian-12-node-1-35-4-0a1b2c3d --datastore local-2 --wait

      pkectl image copy golden -d local-2 -d local-3
    """
    named = Named(api(ctx), IMAGE, image)
    present = named.get()["spec"]["copies"]
    if further := [one for one in dict.fromkeys(datastore) if one not in present]:
        named.patch({"copies": present + further}, Manner(output, wait, timeout, dry_run))
    else:
        say(f"nothing to change: image {image} is to have copies there already")
