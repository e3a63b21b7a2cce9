"""pkectl: puts the commands together, and turns errors into words and exit codes."""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from api.cli import (
    add_ons,
    cluster_views,
    clusters,
    etcd_clusters,
    explanations,
    image_copies,
    image_definitions,
    image_views,
    images,
    kubeconfigs,
    load_balancers,
    nodepools,
    operations,
    secrets,
    vcenters,
)
from api.cli.config import DEFAULT_FILE, Flags
from api.cli.errors import CliError, InvalidRequest
from api.cli.help_texts import tidied
from api.cli.options import Output, api
from api.cli.output import Format, console, pairs, show
from api.cli.words import clean

PACKAGE = "pke-provisioner"
HELP = f"""Create and keep Kubernetes clusters on vSphere.

Give the API's address and your token by PKECTL_URL and PKECTL_TOKEN, or in {DEFAULT_FILE}:

  url: https://pke.example.org

  token: pke_...

Exit codes:

  0 done, 1 failed, 2 wrong usage, 3 API unreachable, 4 not found

  5 not allowed, 6 invalid request, 7 timed out waiting
"""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=HELP)
cluster = typer.Typer(no_args_is_help=True, help="Kubernetes clusters.")
cluster.add_typer(cluster_views.app)
cluster.add_typer(clusters.app)
cluster.command()(nodepools.scale)
cluster.command()(kubeconfigs.kubeconfig)
cluster.add_typer(nodepools.app, name="nodepool")
cluster.add_typer(add_ons.app, name="addon")
image = typer.Typer(no_args_is_help=True, help="Templates that nodes are cloned from.")
image.add_typer(image_definitions.app)
image.add_typer(image_views.app)
image.add_typer(images.app)
image.add_typer(image_copies.app)
app.add_typer(cluster, name="cluster")
app.add_typer(etcd_clusters.app, name="etcd")
app.add_typer(load_balancers.app, name="lb")
app.add_typer(image, name="image")
app.add_typer(vcenters.app, name="vcenter")
app.add_typer(secrets.app, name="secret")
app.add_typer(operations.app, name="operation")

app.command(no_args_is_help=True)(explanations.explain)

Url = Annotated[str | None, typer.Option("--url", envvar="PKECTL_URL", help="The API's address.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file", envvar="PKECTL_TOKEN_FILE", metavar="FILE", help="Holds your API token."
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file", envvar="PKECTL_CA_FILE", metavar="FILE", help="CA of the API's certificate."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="PKECTL_CONFIG",
        metavar="FILE",
        help=f"Configuration; usually {DEFAULT_FILE}. A lab's .lab/stack.json serves, too.",
    ),
]


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"pkectl {installed_version(PACKAGE)}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", is_eager=True, callback=_say_version, help="Show pkectl's version and exit."
    ),
]


@app.callback()
def connect(
    ctx: typer.Context,
    url: Url = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    config: Config = None,
    version: Version = False,
) -> None:
    ctx.obj = Flags(url, token_file, ca_file, config)


@app.command()
def version(ctx: typer.Context, output: Output = Format.TABLE) -> None:
    """Show the versions of pkectl and of the service.

    Example:

      pkectl version
    """
    found = {
        "pkectl": installed_version(PACKAGE),
        "service": api(ctx).get("/openapi.json")["info"]["version"],
    }
    show(found, output, lambda: pairs(found.items()))


def run() -> None:
    """Ends the process when the command fails."""
    try:
        tidied(get_command(app))()
    except CliError as err:
        explain(err)
        sys.stdout.flush()
        sys.exit(err.code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def explain(err: CliError) -> None:
    screen = console(stderr=True)
    screen.print(f"pkectl: {clean(err)}", style="red")
    if isinstance(err, InvalidRequest):
        for field, message in err.faults:
            screen.print(clean(f"  {field}: {message}" if field else f"  {message}"))
    if err.advice:
        screen.print(clean(err.advice))
