"""Commands that look at clusters."""

import time
from functools import partial
from typing import Annotated

import typer

from api.cli.cluster_tables import CLUSTERS, describe, event_lines
from api.cli.errors import Interrupted, NotFound
from api.cli.kind_commands import KindCommands
from api.cli.kinds import CLUSTER
from api.cli.options import ClusterName, Output, api
from api.cli.output import Format, say, show, table
from api.cli.resources import Named

app = typer.Typer()
POLL_SECONDS = 1.0

Follow = Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C or the deletion.")]

_EMPTY = "no clusters yet; create one with: pkectl cluster create -f FILE"

_commands = KindCommands(app, CLUSTER)
_commands.add_list(
    """List the clusters of your organisation.

    Example:

      pkectl cluster list
    """,
    lambda found: table(found, CLUSTERS, _EMPTY),
)
_commands.add_get(
    """Show a cluster: status, conditions with reasons, node pools, latest operation.

    Example, to edit its document and send it again:

      pkectl cluster get demo --spec > demo.yaml

      pkectl cluster update demo -f demo.yaml
    """,
    describe,
)
_commands.add_nodes(
    """List a cluster's nodes, each with the step it is at and since when.

    Examples:

      pkectl cluster nodes demo

      pkectl cluster nodes demo --all
    """,
    "no nodes",
)
_commands.add_watch(
    """Watch a cluster's latest operation until it is finished, or a repair that is under way.

    A live picture on a terminal, lines in a pipe. Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl cluster watch demo --timeout 30m
    """
)


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
                show(found, output, partial(event_lines, found))
                seen = found[-1]["number"]
            elif follow:
                _must_live(named)
                time.sleep(POLL_SECONDS)
            found = named.events(seen)
    except NotFound:
        say(f"cluster {cluster} is deleted")
    except KeyboardInterrupt:
        raise Interrupted("stopped following") from None


def _must_live(cluster: Named) -> None:
    """Raises NotFound: by its id a deleted cluster still answers, but has no future."""
    if cluster.get()["status"] == "DELETED":
        raise NotFound(f"cluster {cluster.name} is deleted")
