"""What a vCenter's commands ask for or take from files: the password, and whom to trust."""

import os
from pathlib import Path
from typing import Any

import typer

from api.cli.config import read_text
from api.cli.errors import Misused
from api.cli.output import say
from api.cli.terminal import is_interactive
from api.cli.thumbprints import fetch_thumbprint

PASSWORD = "PKECTL_VCENTER_PASSWORD"  # noqa: S105 a variable's name


def password(file: Path | None, whose: str) -> str:
    """Of the file, else of the environment, else asked for. Raises Misused."""
    if file:
        return (read_text(file).splitlines() or [""])[0]
    if given := os.environ.get(PASSWORD):
        return given
    if not is_interactive():
        raise Misused("there is no password", f"pass --password-file FILE or set {PASSWORD}")
    typed: str = typer.prompt(f"Password of {whose}", hide_input=True, err=True)
    return typed


def trust(thumbprint: str | None, ca_file: Path | None) -> dict[str, Any]:
    """The request's part for one of the two; empty when neither was given. Raises Misused."""
    if thumbprint and ca_file:
        raise Misused("--thumbprint and --ca-file exclude each other")
    if ca_file:
        return {"caBundle": read_text(ca_file)}
    return {"thumbprint": thumbprint} if thumbprint else {}


def confirmed_trust(host: str, port: int) -> dict[str, Any]:
    """The thumbprint the server shows now, compared by a person. Raises Misused, Abort."""
    if "/" in host or host.count(":") == 1:
        raise Misused(f"{host} is not a host: give it alone; the port goes to --port")
    found = fetch_thumbprint(host, port)
    say(f"{host}:{port} shows a certificate with the SHA-256 thumbprint\n  {found}")
    if not is_interactive():
        raise Misused("nobody can confirm it here", f"compare it, then pass --thumbprint {found}")
    typer.confirm("Is it the one of your vCenter?", abort=True, err=True)
    return {"thumbprint": found}
