"""Commands for etcd clusters: three VMs that keep the data of Kubernetes clusters."""

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.cluster_tables import CONDITIONS
from api.cli.kind_commands import KindCommands
from api.cli.kinds import ETCD_CLUSTER
from api.cli.output import Column, Row, pairs, table
from api.cli.words import age, clock

app = typer.Typer(no_args_is_help=True, help="Etcd clusters that keep clusters' data.")

ETCD_CLUSTERS: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("STATUS", lambda row: row["status"]),
    ("MEMBERS", lambda row: f"{row['nodes']['ready']}/{row['nodes']['total']}"),
    ("VCENTER", lambda row: row["vcenter"]),
    ("USED BY", lambda row: ", ".join(row["clusters"])),
    ("AGE", lambda row: age(row["createdAt"])),
)
_EMPTY = "no etcd clusters yet; create one with: pkectl etcd create -f FILE"


def _list(found: list[Row]) -> RenderableType:
    return table(found, ETCD_CLUSTERS, _EMPTY)


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


_commands = KindCommands(app, ETCD_CLUSTER)
_commands.add_create(
    """Create an etcd cluster of three VMs from a document.

    Clusters then name it in controlPlane.externalEtcd.etcdCluster.

    Examples:

      pkectl etcd create -f etcd.yaml --dry-run

      pkectl etcd create -f etcd.yaml --wait
    """
)
_commands.add_list(
    """List the etcd clusters of your organisation, and who uses them.

    Example:

      pkectl etcd list
    """,
    _list,
)
_commands.add_get(
    """Show an etcd cluster: status, endpoints, users, conditions with reasons.

    Example:

      pkectl etcd get shared
    """,
    _describe,
)
_commands.add_nodes(
    """List an etcd cluster's members, each with the step it is at and since when.

    Example:

      pkectl etcd nodes shared
    """,
    "no members",
)
_commands.add_events(
    """Show what happened to an etcd cluster and why, oldest first.

    Example:

      pkectl etcd events shared
    """
)
_commands.add_watch(
    """Watch an etcd cluster's latest operation until it is finished, or a repair.

    Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl etcd watch shared
    """
)
_commands.add_retry(
    """Try again what failed, once its cause is mended.

    Example:

      pkectl etcd retry shared --wait
    """
)
_commands.add_delete(
    """Delete an etcd cluster with all it holds. Refused while a cluster uses it.

    Examples:

      pkectl etcd delete shared

      pkectl etcd delete shared --yes --wait --missing-ok
    """,
    losing="all the data it holds",
)
