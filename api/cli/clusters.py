"""Commands that change a cluster."""

import typer

from api.cli.accepted import Manner, carry_out
from api.cli.changes import changes
from api.cli.client import Api, Change, Document, path
from api.cli.documents import read_document
from api.cli.errors import CliError, Conflict, InvalidRequest
from api.cli.kind_commands import KindCommands
from api.cli.kinds import CLUSTER
from api.cli.options import (
    LONG,
    ClusterName,
    DryRun,
    File,
    IdempotencyKey,
    Output,
    Timeout,
    Wait,
    api,
)
from api.cli.output import Format, say
from api.cli.resources import Named

app = typer.Typer()

_commands = KindCommands(app, CLUSTER)
_commands.add_retry(
    """Try again what failed, once its cause is mended.

    Attempts are counted afresh; what exists already is kept.

    Example:

      pkectl cluster retry demo --wait
    """
)
_commands.add_delete(
    """Delete a cluster: its VMs, addresses and certificates. Works in every state.

    Examples:

      pkectl cluster delete demo

      pkectl cluster delete demo --yes --wait --missing-ok
    """,
    losing="all its VMs and their data",
)


@app.command()
def create(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    file: File,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    idempotency_key: IdempotencyKey = None,
    output: Output = Format.TABLE,
) -> None:
    """Create a cluster from a document.

    All faults of the document are listed at once, each with its field. What it may hold:
    pkectl explain cluster.

    Examples:

      pkectl cluster create -f demo.yaml --dry-run

      pkectl cluster create -f demo.yaml --wait
    """
    document = read_document(file)
    change = Change("POST", "/clusters", document, idempotency_key)
    client = api(ctx)
    try:
        carry_out(client, change, Manner(output, wait, timeout, dry_run))
    except (Conflict, InvalidRequest) as err:
        err.advice = _of_the_one_there(client, document)
        raise


def _of_the_one_there(client: Api, document: Document) -> str:
    """For a request that was repeated: what was asked for may be under way."""
    name = str(document.get("name") or "")
    if not name:
        return ""
    try:
        client.get(path("clusters", name))
    except CliError:
        return ""
    return f"there is a cluster {name}; see how far it is with: pkectl cluster watch {name}"


@app.command()
def update(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    file: File,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Change what may.

    These are sshKeys, proxy, trustedCAs, loadBalancerRanges, controlPlane.size, and on a load
    balancer endpoint.ports and endpoint.services.

    The document may hold just these fields, or be the whole edited document of the cluster:
    what is as before is left out of the request. Node pools have commands of their own.

    Examples:

      echo '{"loadBalancerRanges": ["10.0.0.200-10.0.0.220"]}' | pkectl cluster update demo -f -

      pkectl cluster update demo -f demo.yaml --wait
    """
    named = Named(api(ctx), CLUSTER, cluster)
    if body := changes(named.get()["spec"], read_document(file)):
        named.patch(body, Manner(output, wait, timeout, dry_run))
    else:
        say(f"nothing in {file} is new to cluster {cluster}")
