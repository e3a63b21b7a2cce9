"""Commands for a cluster's add-ons."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from api.cli.accepted import Manner
from api.cli.client import path
from api.cli.errors import Misused
from api.cli.kinds import CLUSTER
from api.cli.options import LONG, ClusterName, DryRun, Output, Timeout, Wait, api
from api.cli.output import Column, Format, show, table
from api.cli.resources import Named
from api.cli.suggestions import suggesting

app = typer.Typer(
    no_args_is_help=True, help="What the service puts into a cluster: network, storage and more."
)

ADD_ONS: tuple[Column, ...] = (
    ("ADD-ON", lambda row: row["name"]),
    ("PROGRAM", lambda row: row["program"]),
    ("VERSION", lambda row: row["version"]),
    ("STATE", lambda row: row["state"]),
    ("OBJECTS", lambda row: row["objects"]),
    ("REASON", lambda row: row["reason"]),
)
EXPENDABLE = ("OBJECTS",)


class Switchable(StrEnum):
    LOAD_BALANCER = "load-balancer"
    STORAGE_DRIVER = "storage-driver"


_FIELDS = {
    Switchable.LOAD_BALANCER: "loadBalancer",
    Switchable.STORAGE_DRIVER: "storageDriver",
}

Name = Annotated[
    Switchable, typer.Argument(metavar="ADD-ON", help="Which one.", show_default=False)
]
Secret = Annotated[
    str, typer.Argument(metavar="SECRET", help="One of type vsphere.", show_default=False)
]
Enabled = Annotated[
    bool | None,
    typer.Option("--enabled/--disabled", help="Whether the cluster has it.", show_default=False),
]
Url = Annotated[str | None, typer.Option("--url", help="Where the manifest is, over HTTPS.")]
File = Annotated[
    str | None,
    typer.Option("--file", help="Its name in the service's own folder, instead of a URL."),
]
Sha256 = Annotated[
    str, typer.Option("--sha256", help="Of exactly that manifest.", show_default=False)
]


@app.command("list")
def list_(ctx: typer.Context, cluster: ClusterName, output: Output = Format.TABLE) -> None:
    """List a cluster's add-ons with version and state, and why one is not well.

    Example:

      pkectl cluster addon list demo
    """
    client = api(ctx)
    with suggesting(client, "/clusters", cluster):
        found = client.items(path("clusters", cluster, "addons"))
    show(found, output, lambda: table(found, ADD_ONS, "no add-ons", EXPENDABLE))


@app.command("set")
def set_(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    name: Name,
    enabled: Enabled = None,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Switch an add-on on or off. Off, all that it put into the cluster is removed.

    Examples:

      pkectl cluster addon set demo load-balancer --disabled

      pkectl cluster addon set demo load-balancer --enabled --wait
    """
    if enabled is None:
        raise Misused("give --enabled or --disabled")
    body = {_FIELDS[name]: {"enabled": enabled}}
    _change(ctx, cluster, body, Manner(output, wait, timeout, dry_run))


@app.command()
def manifest(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    sha256: Sha256,
    url: Url = None,
    file: File = None,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Give the network plugin (calico, cilium) another manifest, such as a newer version's.

    Example:

      pkectl cluster addon manifest demo --file calico-3.32.yaml --sha256 $(sha256sum < calico-3.32.yaml | cut -c-64)
    """  # noqa: E501 an example on one line can be pasted
    if (url is None) == (file is None):
        raise Misused("give --url or --file", "a manifest is in one place")
    source = {"url": url} if url else {"file": file}
    body = {"cniManifest": {**source, "sha256": sha256}}
    _change(ctx, cluster, body, Manner(output, wait, timeout, dry_run))


@app.command()
def account(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    cluster: ClusterName,
    secret: Secret,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Give vSphere's programs in a cluster another account, such as after a new password.

    Example:

      pkectl cluster addon account demo csi-2026 --wait
    """
    body = {"storage": {"secret": secret}}
    _change(ctx, cluster, body, Manner(output, wait, timeout, dry_run))


def _change(ctx: typer.Context, cluster: str, body: dict[str, Any], manner: Manner) -> None:
    Named(api(ctx), CLUSTER, cluster).patch(body, manner, "addons")
