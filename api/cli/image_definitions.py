"""What images can be built from, and what a build may set."""

from typing import Annotated

import typer

from api.cli.image_tables import DEFINITIONS, describe_definition
from api.cli.kinds import IMAGE
from api.cli.options import Output, api
from api.cli.output import Format, show, table

app = typer.Typer()

Name = Annotated[
    str | None,
    typer.Argument(metavar="[DEFINITION]", help="Show its variables.", show_default=False),
]


@app.command()
def definitions(ctx: typer.Context, definition: Name = None, output: Output = Format.TABLE) -> None:
    """List what images can be built from; of one, the variables that a build may set.

    Examples:

      pkectl image definitions

      pkectl image definitions debian-12-node
    """
    client = api(ctx)
    if definition:
        found = client.get(IMAGE.path("definitions", definition))
        show(found, output, lambda: describe_definition(found))
    else:
        known = client.items(IMAGE.path("definitions"))
        show(known, output, lambda: table(known, DEFINITIONS))
