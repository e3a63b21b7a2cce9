"""Commands for vCenters."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.accepted import confirm
from api.cli.client import Change, path
from api.cli.errors import Misused
from api.cli.options import Output, Yes, api
from api.cli.output import Format, console, say, show, table
from api.cli.suggestions import suggesting
from api.cli.vcenter_secrets import confirmed_trust, password, trust
from api.cli.vcenter_tables import VCENTERS, describe, inventory_tables

app = typer.Typer(no_args_is_help=True, help="The vCenters that clusters can be made on.")
TRYING = "trying to log in to the vCenter"

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
NewUser = Annotated[str | None, typer.Option("--username", "-u", metavar="NAME")]
NewPassword = Annotated[bool, typer.Option("--new-password", help="Ask for the new password.")]
NewCertificate = Annotated[
    bool, typer.Option("--new-certificate", help="Show the one it has now, to confirm and pin.")
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
    trusted = trust(thumbprint, ca_file) or confirmed_trust(host, port)
    body = {
        "name": name,
        "host": host,
        "port": port,
        "username": username,
        "password": password(password_file, f"{username} at {host}"),
        "rootFolder": root_folder,
    }
    with console(stderr=True).status(TRYING):
        added = client.change(Change("POST", "/vcenters", body | trusted))
    show(added, output, lambda: describe(added))


@app.command("list")
def list_(ctx: typer.Context, output: Output = Format.TABLE) -> None:
    """List the vCenters of your organisation.

    Example:

      pkectl vcenter list
    """
    found = api(ctx).items("/vcenters")
    empty = "no vCenters yet; register one with: pkectl vcenter add --help"
    show(found, output, lambda: table(found, VCENTERS, empty))


@app.command()
def get(ctx: typer.Context, name: Name, output: Output = Format.TABLE) -> None:
    """Show a vCenter and whether it is being watched.

    Example:

      pkectl vcenter get main
    """
    client = api(ctx)
    with suggesting(client, "/vcenters", name):
        found = client.get(path("vcenters", name))
    show(found, output, lambda: describe(found))


@app.command()
def inventory(ctx: typer.Context, name: Name, output: Output = Format.TABLE) -> None:
    """Show what a cluster's document can name: templates, networks, datastores, pools, folders.

    Example:

      pkectl vcenter inventory main
    """
    client = api(ctx)
    with suggesting(client, "/vcenters", name):
        found = client.get(path("vcenters", name, "inventory"))
    show(found, output, lambda: inventory_tables(found))


@app.command()
def update(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    name: Name,
    username: NewUser = None,
    new_password: NewPassword = False,
    password_file: PasswordFile = None,
    new_certificate: NewCertificate = False,
    thumbprint: Thumbprint = None,
    ca_file: Authority = None,
    output: Output = Format.TABLE,
) -> None:
    """Give a vCenter's new password, user or certificate. A login is tried first.

    Examples:

      pkectl vcenter update lab --new-password

      pkectl vcenter update lab --new-certificate
    """
    client = api(ctx)
    with suggesting(client, "/vcenters", name):
        known = client.get(path("vcenters", name))
    change = trust(thumbprint, ca_file)
    if new_certificate:
        change |= confirmed_trust(known["host"], known["port"])
    if username:
        change["username"] = username
    if new_password or password_file:
        change["password"] = password(password_file, f"{username or 'the user'} at {name}")
    if not change:
        raise Misused("there is nothing to change", "pass --new-password or --new-certificate")
    with console(stderr=True).status(TRYING):
        changed = client.change(Change("PATCH", path("vcenters", name), change))
    show(changed, output, lambda: describe(changed))


@app.command()
def delete(ctx: typer.Context, name: Name, yes: Yes = False) -> None:
    """Forget a vCenter and its credentials. Refused while a cluster is on it.

    Example:

      pkectl vcenter delete main
    """
    client = api(ctx)
    confirm(f"Forget vCenter {name} and its credentials?", yes)
    with suggesting(client, "/vcenters", name):
        client.change(Change("DELETE", path("vcenters", name)))
    say(f"vCenter {name} is forgotten")
