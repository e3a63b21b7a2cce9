"""Commands for vCenters."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.accepted import confirm
from api.cli.client import Change, path
from api.cli.config import read_text
from api.cli.errors import Misused
from api.cli.options import Output, Yes, api
from api.cli.output import Format, console, say, show, table
from api.cli.suggestions import suggesting
from api.cli.terminal import is_interactive
from api.cli.thumbprints import fetch_thumbprint
from api.cli.vcenter_tables import VCENTERS, describe, inventory_tables

app = typer.Typer(no_args_is_help=True, help="The vCenters that clusters can be made on.")
PASSWORD = "PKECTL_VCENTER_PASSWORD"  # noqa: S105 a variable's name

Name = Annotated[str, typer.Argument(metavar="VCENTER", help="Its name here.", show_default=False)]
Host = Annotated[str, typer.Option("--host", metavar="HOST", help="DNS name or address.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535)]
User = Annotated[str, typer.Option("--username", "-u", metavar="NAME", help="user@domain")]
Root = Annotated[
    str,
    typer.Option(
        "--root-folder",
        metavar="PATH",
        help="VM folder that clusters live below, as /DC1/vm/kubernetes; all else is left alone.",
    ),
]
Thumbprint = Annotated[
    str | None,
    typer.Option("--thumbprint", metavar="AA:BB:...", help="SHA-256 of its certificate, to pin."),
]
Authority = Annotated[
    Path | None, typer.Option("--ca-file", metavar="FILE", help="CA that signed its certificate.")
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="Holds the password on its first line."),
]


@app.command()
def add(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    name: Name,
    host: Host,
    username: User,
    root_folder: Root,
    port: Port = 443,
    thumbprint: Thumbprint = None,
    ca_file: Authority = None,
    password_file: PasswordFile = None,
    output: Output = Format.TABLE,
) -> None:
    """Register a vCenter. A login is tried first; the password is kept in Vault.

    The password is asked for, or taken from --password-file or the variable
    PKECTL_VCENTER_PASSWORD. Without --thumbprint and --ca-file the certificate's
    thumbprint is fetched and shown for you to confirm.

    Example:

      pkectl vcenter add lab --host vc.example.org -u pke@vsphere.local --root-folder /DC1/vm/k8s
    """
    client = api(ctx)
    trust = _trust(thumbprint, ca_file, host, port)
    body = {
        "name": name,
        "host": host,
        "port": port,
        "username": username,
        "password": _password(password_file, f"{username} at {host}"),
        "rootFolder": root_folder,
    }
    with console(stderr=True).status("trying to log in to the vCenter"):
        added = client.change(Change("POST", "/vcenters", body | trust))
    show(added, output, lambda: describe(added))


@app.command("list")
def list_(ctx: typer.Context, output: Output = Format.TABLE) -> None:
    """List the vCenters of your organisation."""
    found = api(ctx).items("/vcenters")
    empty = "no vCenters yet; register one with: pkectl vcenter add --help"
    show(found, output, lambda: table(found, VCENTERS, empty))


@app.command()
def get(ctx: typer.Context, name: Name, output: Output = Format.TABLE) -> None:
    """Show a vCenter and whether it is being watched."""
    client = api(ctx)
    with suggesting(client, "/vcenters", name):
        found = client.get(path("vcenters", name))
    show(found, output, lambda: describe(found))


@app.command()
def inventory(ctx: typer.Context, name: Name, output: Output = Format.TABLE) -> None:
    """Show what a cluster's document can name: templates, networks, datastores, pools, folders."""
    client = api(ctx)
    with suggesting(client, "/vcenters", name):
        found = client.get(path("vcenters", name, "inventory"))
    show(found, output, lambda: inventory_tables(found))


@app.command()
def delete(ctx: typer.Context, name: Name, yes: Yes = False) -> None:
    """Forget a vCenter and its credentials. Refused while a cluster is on it."""
    client = api(ctx)
    confirm(f"Forget vCenter {name} and its credentials?", yes)
    with suggesting(client, "/vcenters", name):
        client.change(Change("DELETE", path("vcenters", name)))
    say(f"vCenter {name} is forgotten")


def _trust(thumbprint: str | None, ca_file: Path | None, host: str, port: int) -> dict[str, Any]:
    if thumbprint and ca_file:
        raise Misused("--thumbprint and --ca-file exclude each other")
    if ca_file:
        return {"caBundle": read_text(ca_file)}
    return {"thumbprint": thumbprint or _confirmed_thumbprint(host, port)}


def _confirmed_thumbprint(host: str, port: int) -> str:
    found = fetch_thumbprint(host, port)
    say(f"{host}:{port} shows a certificate with the SHA-256 thumbprint\n  {found}")
    if not is_interactive():
        raise Misused("nobody can confirm it here", f"compare it, then pass --thumbprint {found}")
    typer.confirm("Is it the one of your vCenter?", abort=True, err=True)
    return found


def _password(file: Path | None, whose: str) -> str:
    if file:
        return (read_text(file).splitlines() or [""])[0]
    if given := os.environ.get(PASSWORD):
        return given
    if not is_interactive():
        raise Misused("there is no password", f"pass --password-file FILE or set {PASSWORD}")
    typed: str = typer.prompt(f"Password of {whose}", hide_input=True, err=True)
    return typed
