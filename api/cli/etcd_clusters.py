"""Commands for etcd clusters: three VMs that keep the data of Kubernetes clusters."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.accepted import Manner, carry_out, confirm
from api.cli.client import Change
from api.cli.cluster_tables import CONDITIONS, EXPENDABLE, NODES
from api.cli.clusters import Key
from api.cli.documents import read_document
from api.cli.kinds import ETCD_CLUSTER
from api.cli.options import LONG, DryRun, File, Output, Timeout, Wait, Yes, api
from api.cli.output import Column, Format, Row, pairs, show, table
from api.cli.resources import Named
from api.cli.words import age, clock

app = typer.Typer(no_args_is_help=True, help="Etcd clusters that keep clusters' data.")

Name = Annotated[
    str,
    typer.Argument(metavar="ETCD", help="The etcd cluster's name or id.", show_default=False),
]
MissingOk = Annotated[bool, typer.Option("--missing-ok", help="One that isn't there is fine.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Also VMs that are gone, with the reason.")]
Spec = Annotated[bool, typer.Option("--spec", help="Only its document, as YAML or JSON.")]

ETCD_CLUSTERS: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("STATUS", lambda row: row["status"]),
    ("MEMBERS", lambda row: f"{row['nodes']['ready']}/{row['nodes']['total']}"),
    ("VCENTER", lambda row: row["vcenter"]),
    ("USED BY", lambda row: ", ".join(row["clusters"])),
    ("AGE", lambda row: age(row["createdAt"])),
)


@app.command()
def create(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    file: File,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    idempotency_key: Key = None,
    output: Output = Format.TABLE,
) -> None:
    """Create an etcd cluster of three VMs from a document.

    Clusters then name it in controlPlane.externalEtcd.etcdCluster.

    Examples:

      pkectl etcd create -f etcd.yaml --dry-run

      pkectl etcd create -f etcd.yaml --wait
    """
    change = Change("POST", ETCD_CLUSTER.path(), read_document(file), idempotency_key)
    carry_out(api(ctx), change, Manner(output, wait, timeout, dry_run))


@app.command("list")
def list_(ctx: typer.Context, output: Output = Format.TABLE) -> None:
    """List the etcd clusters of your organisation, and who uses them.

    Example:

      pkectl etcd list
    """
    found = api(ctx).items(ETCD_CLUSTER.path())
    empty = "no etcd clusters yet; create one with: pkectl etcd create -f FILE"
    show(found, output, lambda: table(found, ETCD_CLUSTERS, empty))


@app.command()
def get(ctx: typer.Context, etcd: Name, spec: Spec = False, output: Output = Format.TABLE) -> None:
    """Show an etcd cluster: status, endpoints, users, conditions with reasons.

    Example:

      pkectl etcd get shared
    """
    found = Named(api(ctx), ETCD_CLUSTER, etcd).get()
    if spec:
        show(found["spec"], Format.YAML if output is Format.TABLE else output, Text)
    else:
        show(found, output, lambda: _describe(found))


@app.command()
def nodes(
    ctx: typer.Context, etcd: Name, every: All = False, output: Output = Format.TABLE
) -> None:
    """List an etcd cluster's members, each with the step it is at and since when.

    Example:

      pkectl etcd nodes shared
    """
    found = Named(api(ctx), ETCD_CLUSTER, etcd).nodes(gone=every)
    show(found, output, lambda: table(found, NODES, "no members", EXPENDABLE))


@app.command()
def events(ctx: typer.Context, etcd: Name, output: Output = Format.TABLE) -> None:
    """Show what happened to an etcd cluster and why, oldest first.

    Example:

      pkectl etcd events shared
    """
    Named(api(ctx), ETCD_CLUSTER, etcd).show_events(output)


@app.command()
def watch(ctx: typer.Context, etcd: Name, timeout: Timeout = LONG) -> None:
    """Watch an etcd cluster's latest operation until it is finished, or a repair.

    Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl etcd watch shared
    """
    Named(api(ctx), ETCD_CLUSTER, etcd).watch(timeout)


@app.command()
def retry(
    ctx: typer.Context,
    etcd: Name,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Try again what failed, once its cause is mended.

    Example:

      pkectl etcd retry shared --wait
    """
    Named(api(ctx), ETCD_CLUSTER, etcd).retry(Manner(output, wait, timeout))


@app.command()
def delete(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    etcd: Name,
    yes: Yes = False,
    missing_ok: MissingOk = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Delete an etcd cluster with all it holds. Refused while a cluster uses it.

    Examples:

      pkectl etcd delete shared

      pkectl etcd delete shared --yes --wait --missing-ok
    """
    client = api(ctx)
    confirm(f"Delete etcd cluster {etcd} with all the data it holds?", yes)
    manner = Manner(output, wait, timeout)
    Named(client, ETCD_CLUSTER, etcd).delete(manner, missing_ok=missing_ok)


def _describe(etcd: Row) -> RenderableType:
    facts = pairs(
        (
            ("name", etcd["name"]),
            ("id", etcd["id"]),
            ("status", etcd["status"]),
            ("vcenter", etcd["vcenter"]),
            ("endpoints", ", ".join(etcd["endpoints"])),
            ("members", f"{etcd['nodes']['ready']} of {etcd['nodes']['total']} ready"),
            ("used by", ", ".join(etcd["clusters"]) or "no cluster"),
            ("operation", etcd["operation"]),
            ("created", f"{clock(etcd['createdAt'])} by {etcd['createdBy']}"),
            ("deletion asked", clock(etcd["deletionRequestedAt"])),
        )
    )
    return Group(facts, Text(), table(etcd["conditions"], CONDITIONS))
