"""Commands for node pools, and scaling one."""

from contextlib import AbstractContextManager
from typing import Annotated

import typer

from api.cli.accepted import Manner, carry_out, confirm
from api.cli.client import Api, Change, path
from api.cli.cluster_tables import POOLS
from api.cli.documents import read_document
from api.cli.errors import Misused
from api.cli.kinds import CLUSTER
from api.cli.options import LONG, ClusterName, DryRun, File, Output, Timeout, Wait, Yes, api
from api.cli.output import Format, say, show, table
from api.cli.resources import Named
from api.cli.suggestions import suggesting

CONTROL_PLANE = "control-plane"

app = typer.Typer(no_args_is_help=True, help="The groups of workers of a cluster.")

Pool = Annotated[str, typer.Argument(metavar="POOL", help="The pool's name.", show_default=False)]
Size = Annotated[
    int, typer.Argument(metavar="SIZE", min=0, help="Nodes it is to have.", show_default=False)
]
Chosen = Annotated[
    list[str] | None,
    typer.Option(
        "--remove",
        metavar="NODE",
        help="A node that must go (may be repeated). With the size as it is, it is replaced.",
    ),
]


def scale(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    pool: Pool,
    size: Size,
    remove: Chosen = None,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Give a node pool another size, or the control plane. Nodes that go are drained first.

    The control plane's nodes come and go one by one, and never below their quorum.

    Examples:

      pkectl cluster scale demo workers 5 --wait

      pkectl cluster scale demo workers 4 --remove demo-workers-x7k2p

      pkectl cluster scale demo control-plane 5
    """
    client, manner = api(ctx), Manner(output, wait, timeout, dry_run)
    if not remove and _size(client, cluster, pool) == size:
        say(f"nothing to change: {pool} of cluster {cluster} is to have {size} already")
        if wait:
            Named(client, CLUSTER, cluster).watch(timeout)
        return
    if pool == CONTROL_PLANE:
        _scale_control_plane(client, cluster, size, remove, manner)
        return
    body = {"size": size, "remove": remove} if remove else {"size": size}
    with _pools(client, cluster, pool):
        Named(client, CLUSTER, cluster).patch(body, manner, "nodepools", pool)


def _size(client: Api, cluster: str, pool: str) -> int:
    """As asked for."""
    with suggesting(client, "/clusters", cluster), _pools(client, cluster, pool):
        if pool == CONTROL_PLANE:
            return int(client.get(path("clusters", cluster))["spec"]["controlPlane"]["size"])
        return int(client.get(path("clusters", cluster, "nodepools", pool))["size"])


def _scale_control_plane(
    client: Api, cluster: str, size: int, remove: list[str] | None, manner: Manner
) -> None:
    if remove:
        advice = "a lost one is replaced by itself; power a VM off to have its node replaced"
        raise Misused("nodes of the control plane can't be chosen", advice)
    body = {"controlPlane": {"size": size}}
    Named(client, CLUSTER, cluster).patch(body, manner)


@app.command("list")
def list_(ctx: typer.Context, cluster: ClusterName, output: Output = Format.TABLE) -> None:
    """List a cluster's node pools.

    Example:

      pkectl cluster nodepool list demo
    """
    client = api(ctx)
    with suggesting(client, "/clusters", cluster):
        found = client.items(path("clusters", cluster, "nodepools"))
    show(found, output, lambda: table(found, POOLS, "no node pools"))


@app.command()
def add(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    file: File,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Add a node pool, written as in the cluster's document.

    Example:

      echo '{name: big, size: 2, vcpu: 8, memoryMiB: 32768, template: debian-12-node}' |
      pkectl cluster nodepool add demo -f -
    """
    manner = Manner(output, wait, timeout, dry_run)
    Named(api(ctx), CLUSTER, cluster).act(["nodepools"], manner, read_document(file))


@app.command()
def delete(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    pool: Pool,
    yes: Yes = False,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Delete a node pool. Its nodes are drained first.

    Example:

      pkectl cluster nodepool delete demo big --wait
    """
    client = api(ctx)
    question = f"Delete node pool {pool} of cluster {cluster} with its VMs and their data?"
    confirm(question, yes or dry_run)
    with suggesting(client, "/clusters", cluster), _pools(client, cluster, pool):
        change = Change("DELETE", path("clusters", cluster, "nodepools", pool))
        carry_out(client, change, Manner(output, wait, timeout, dry_run))


def _pools(client: Api, cluster: str, pool: str) -> AbstractContextManager[None]:
    return suggesting(client, path("clusters", cluster, "nodepools"), pool)
