"""Commands that act on what a load balancer serves, and its DNS records."""

from typing import Annotated

import typer
from rich.text import Text

from api.cli.kinds import LOAD_BALANCER
from api.cli.options import Output, api, name_of
from api.cli.output import Format, show
from api.cli.resources import Named

app = typer.Typer()

Name = Annotated[str, name_of(LOAD_BALANCER)]


@app.command()
def dns(ctx: typer.Context, name: Name, output: Output = Format.TABLE) -> None:
    """Print the address records for a load balancer's names, as lines of a zone file.

    Example:

      pkectl lb dns edge
    """
    found = Named(api(ctx), LOAD_BALANCER, name).get()["dnsRecords"]
    empty = "no VIP has a dnsName"
    show(found, output, lambda: Text("\n".join(found) or empty))
