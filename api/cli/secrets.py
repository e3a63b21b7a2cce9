"""Commands for secrets: credentials that documents name."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.accepted import confirm
from api.cli.client import Change, path
from api.cli.config import read_text
from api.cli.errors import Misused
from api.cli.options import Output, Yes, api
from api.cli.output import Column, Format, pairs, say, show, table
from api.cli.suggestions import suggesting
from api.cli.terminal import is_interactive
from api.cli.words import age

app = typer.Typer(no_args_is_help=True, help="Credentials that documents can name.")
SECRETS: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("TYPE", lambda row: row["type"]),
    ("BY", lambda row: row["createdBy"]),
    ("AGE", lambda row: age(row["createdAt"])),
)


class Type(StrEnum):
    VSPHERE = "vsphere"
    ETCD = "etcd"
    REGISTRY = "registry"
    LOAD_BALANCER = "load-balancer"


_PASSWORDS: dict[Type, tuple[str, ...]] = {
    Type.VSPHERE: ("password",),
    Type.ETCD: (),
    Type.REGISTRY: ("password",),
    Type.LOAD_BALANCER: ("adminPassword", "viewerPassword"),
}
_ONE_LINE = {key for keys in _PASSWORDS.values() for key in keys}
# Neither belongs on a command line, which others can see.
_PRIVATE = _ONE_LINE | {"key"}

Name = Annotated[str, typer.Argument(metavar="SECRET", help="Its name.", show_default=False)]
OfType = Annotated[Type, typer.Option("--type", "-t", help="What it is for.")]
OnlyType = Annotated[Type | None, typer.Option("--type", "-t", help="Only those of this type.")]
Values = Annotated[
    list[str] | None,
    typer.Option("--value", metavar="KEY=TEXT", help="A value that anybody may see; repeatable."),
]
Files = Annotated[
    list[str] | None,
    typer.Option("--from-file", metavar="KEY=FILE", help="A value that a file holds; repeatable."),
]


@app.command()
def create(
    ctx: typer.Context,
    name: Name,
    of_type: OfType,
    values: Values = None,
    files: Files = None,
    output: Output = Format.TABLE,
) -> None:
    """Store credentials in Vault. Nobody can read them here again.

    vsphere takes server, username, password, and thumbprint or caBundle if its certificate
    is not by an authority that everybody trusts; etcd takes ca, cert
    and key; registry takes server, username and password, with which nodes pull images of
    clusters whose imageRegistryLogin names it; load-balancer takes adminPassword and
    viewerPassword of its stats page. A password comes from a file or is asked for.

    Examples:

      pkectl secret create csi -t vsphere --value server=vc.example.org \\
      --value username=csi@vsphere.local

      pkectl secret create etcd1 -t etcd --from-file ca=ca.crt \\
      --from-file cert=c.crt --from-file key=c.key
    """
    given = _complete(name, of_type, values, files)
    body = {"name": name, "type": of_type.value, "values": given}
    made = api(ctx).change(Change("POST", "/secrets", body))
    shown = {"name": made["name"], "type": made["type"], "by": made["createdBy"]}
    show(made, output, lambda: pairs(shown.items()))


@app.command()
def replace(
    ctx: typer.Context,
    name: Name,
    values: Values = None,
    files: Files = None,
    output: Output = Format.TABLE,
) -> None:
    """Give a secret other values, all that its type has.

    Load balancers that name it make their members anew, one at a time. Those of type registry
    reach the nodes that clusters make from then on. Others are refused while a cluster names
    them, as that would go on with the values it has.

    Example:

      pkectl secret replace edge-stats
    """
    client = api(ctx)
    with suggesting(client, "/secrets", name):
        known = client.get(path("secrets", name))
    given = _complete(name, Type(known["type"]), values, files)
    made = client.change(Change("PUT", path("secrets", name), {"values": given}))
    show(made, output, lambda: _replaced(made))


@app.command("list")
def list_(ctx: typer.Context, of_type: OnlyType = None, output: Output = Format.TABLE) -> None:
    """List the secrets of your organisation, without their values.

    Examples:

      pkectl secret list

      pkectl secret list --type vsphere
    """
    query = {"type": of_type.value} if of_type else {}
    found = api(ctx).items("/secrets", **query)
    empty = "no secrets yet; store one with: pkectl secret create --help"
    show(found, output, lambda: table(found, SECRETS, empty))


@app.command()
def delete(ctx: typer.Context, name: Name, yes: Yes = False) -> None:
    """Delete a secret. Refused while a document names it.

    Example:

      pkectl secret delete csi
    """
    client = api(ctx)
    confirm(f"Delete secret {name}?", yes)
    with suggesting(client, "/secrets", name):
        client.change(Change("DELETE", path("secrets", name)))
    say(f"secret {name} is deleted")


def _replaced(made: Mapping[str, Any]) -> str:
    following = ((one["cluster"], one["id"]) for one in made["operations"])
    lines = (
        f"{ref['kind']} {ref['name']} follows: pkectl operation watch {operation}"
        for ref, operation in following
    )
    return "\n".join([f"secret {made['name']} has other values", *lines])


def _complete(
    name: str, of_type: Type, values: list[str] | None, files: list[str] | None
) -> dict[str, str]:
    """With passwords that are asked for."""
    given = _values(values or [], files or [])
    for key in _PASSWORDS[of_type]:
        if key not in given:
            given[key] = _asked(name, key)
    return given


def _values(values: list[str], files: list[str]) -> dict[str, str]:
    """Raises Misused."""
    found = {}
    for key, text in map(_pair, values):
        if key in _PRIVATE:
            raise Misused(f"a command line is no place for a {key}", f"pass --from-file {key}=FILE")
        found[key] = text
    for key, file in map(_pair, files):
        text = read_text(Path(file))
        found[key] = (text.splitlines() or [""])[0] if key in _ONE_LINE else text
    return found


def _pair(given: str) -> tuple[str, str]:
    key, equals, value = given.partition("=")
    if not (key and equals):
        raise Misused(f"{given!r} is not of the form KEY=VALUE")
    return key, value


def _asked(name: str, key: str) -> str:
    if not is_interactive():
        raise Misused(f"there is no {key}", f"pass --from-file {key}=FILE")
    typed: str = typer.prompt(f"{key} in {name}", hide_input=True, err=True)
    return typed
