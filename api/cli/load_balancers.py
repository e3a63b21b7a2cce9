"""Commands for load balancers: two VMs with HAProxy, between which VIPs float."""

import typer
from rich.console import RenderableType

from api.cli import load_balancer_actions, load_balancer_changes
from api.cli.kind_commands import KindCommands
from api.cli.kinds import LOAD_BALANCER
from api.cli.load_balancer_tables import LOAD_BALANCERS, describe
from api.cli.output import Row, table

app = typer.Typer(no_args_is_help=True, help="Pairs of VMs that carry VIPs and spread load.")

_EMPTY = "no load balancers yet; create one with: pkectl lb create -f FILE"


def _list(found: list[Row]) -> RenderableType:
    return table(found, LOAD_BALANCERS, _EMPTY)


_commands = KindCommands(app, LOAD_BALANCER)
_commands.add_create(
    """Create a load balancer of two VMs, or of one without failover.

    `pkectl explain lb` tells what the file may hold, docs/load-balancers.md shows some.

    Examples:

      pkectl lb create -f edge.yaml --dry-run

      pkectl lb create -f edge.yaml --wait
    """
)
_commands.add_list(
    """List the load balancers of your organisation, and the clusters behind them.

    Example:

      pkectl lb list
    """,
    _list,
)
_commands.add_get(
    """Show a load balancer: VIPs with their holders, servers with their last checks, and more.

    Also whether both members run what was asked for, DNS records, users, conditions with reasons.

    Example, to edit its document and send it again:

      pkectl lb get edge --spec > edge.yaml

      pkectl lb update edge -f edge.yaml
    """,
    describe,
)
_commands.add_nodes(
    """List a load balancer's VMs, each with the step it is at and since when.

    Example:

      pkectl lb nodes edge
    """,
    "no members",
)
_commands.add_events(
    """Show what happened to a load balancer and why, oldest first.

    Example:

      pkectl lb events edge
    """
)
_commands.add_watch(
    """Watch a load balancer's latest operation until it is finished, or a repair.

    Exit code 0 when it succeeded, 1 when it failed.

    Example:

      pkectl lb watch edge
    """
)
_commands.add_retry(
    """Try again what failed, once its cause is mended.

    Example:

      pkectl lb retry edge --wait
    """
)
_commands.add_delete(
    """Delete a load balancer with its VMs and VIPs. Refused while a cluster uses it.

    Examples:

      pkectl lb delete edge

      pkectl lb delete edge --yes --wait --missing-ok
    """,
    losing="its VMs and VIPs",
)
app.add_typer(load_balancer_changes.app)
app.add_typer(load_balancer_actions.app)
