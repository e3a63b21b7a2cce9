"""Commands that look at clusters."""

import time
from typing import Annotated

import typer
from rich.text import Text

from api.cli.cluster_tables import CLUSTERS, EXPENDABLE, NODES, describe, event_lines
from api.cli.errors import Interrupted, NotFound
from api.cli.kinds import CLUSTER
from api.cli.options import LONG, ClusterName, Output, Timeout, api
from api.cli.output import Format, console, show, table
from api.cli.resources import Named

app = typer.Typer()
POLL_SECONDS = 1.0

All = Annotated[bool, typer.Option("--all", "-a", help="Also VMs that are gone, with the reason.")]
Spec = Annotated[bool, typer.Option("--spec", help="Only its document, as YAML or JSON.")]
Follow = Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C or the deletion.")]


@app.command("list")
def list_(ctx: typer.Context, output: Output = Format.TABLE) -> None:
    """List the clusters of your organisation.

    Example:

      pkectl cluster list
    """
    found = api(ctx).items("/clusters")
    empty = "no clusters yet; create one with: pkectl cluster create -f FILE"
    show(found, output, lambda: table(found, CLUSTERS, empty))


@app.command()
def get(
    ctx: typer.Context, cluster: ClusterName, spec: Spec = False, output: Output = Format.TABLE
) -> None:
    """Show a cluster: status, conditions with reasons, node pools, latest operation.

    Example, to edit its document and send it again:

      pkectl cluster get demo --spec > demo.yaml

      pkectl cluster update demo -f demo.yaml
    """
    found = Named(api(ctx), CLUSTER, cluster).get()
    if spec:
        show(found["spec"], Format.YAML if output is Format.TABLE else output, Text)
    else:
        show(found, output, lambda: describe(found))


@app.command()
def nodes(
    ctx: typer.Context, cluster: ClusterName, every: All = False, output: Output = Format.TABLE
) -> None:
    """List a cluster's nodes, each with the step it is at and since when.

    Examples:

      pkectl cluster nodes demo

      pkectl cluster nodes demo --all
    """
    found = Named(api(ctx), CLUSTER, cluster).nodes(gone=every)
    show(found, output, lambda: table(found, NODES, "no nodes", EXPENDABLE))


@app.command()
def events(
    ctx: typer.Context,
    cluster: ClusterName,
    follow: Follow = False,
    output: Output = Format.TABLE,
) -> None:
    """Show what happened to a cluster and why, oldest first.

    Examples:

      pkectl cluster events demo

      pkectl cluster events demo --follow
    """
    named = Named(api(ctx), CLUSTER, cluster)
    found = named.events()
    seen = 0
    try:
        while found or follow:
            if found:
                show(found, output, lambda page=found: event_lines(page))  # type: ignore[misc]
                seen = found[-1]["number"]
            elif follow:
                _must_live(named)
                time.sleep(POLL_SECONDS)
            found = named.events(seen)
    except NotFound:
        console(stderr=True).print(f"cluster {cluster} is deleted")
    except KeyboardInterrupt:
        raise Interrupted("stopped following") from None


@app.command()
def watch(
    ctx: typer.Context,
    cluster: ClusterName,
    timeout: Timeout = LONG,
) -> None:
    """Watch a cluster's latest operation until it is finished, or a repair that is under way.

    A live picture on a terminal, lines in a pipe. Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl cluster watch demo --timeout 30m
    """
    Named(api(ctx), CLUSTER, cluster).watch(timeout)


def _must_live(cluster: Named) -> None:
    """Raises NotFound: by its id a deleted cluster still answers, but has no future."""
    if cluster.get()["status"] == "DELETED":
        raise NotFound(f"cluster {cluster.name} is deleted")
