"""The command that fetches a kubeconfig."""

import base64
import os
import sys
import tempfile
from datetime import datetime
from errno import EISDIR
from pathlib import Path
from typing import Annotated

import typer
import yaml
from cryptography import x509

from api.cli.client import path
from api.cli.errors import Misused
from api.cli.options import ClusterName, api
from api.cli.output import say
from api.cli.suggestions import suggesting

Target = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it there, mode 0600."),
]


def kubeconfig(ctx: typer.Context, cluster: ClusterName, output: Target = None) -> None:
    """Fetch a kubeconfig for an administrator of the cluster.

    Its certificate is short-lived: fetch a new one when it has expired.

    Example:

      pkectl cluster kubeconfig demo -o demo.conf && kubectl --kubeconfig demo.conf get nodes
    """
    client = api(ctx)
    if output is not None:
        check_writable(output)
    with suggesting(client, "/clusters", cluster):
        text = client.text(path("clusters", cluster, "kubeconfig"))
    if output is None:
        sys.stdout.write(text)
        return
    write_private(output, text)
    until = good_until(text)
    say(
        f"wrote {output}"
        + (f", good until {until:%H:%M:%S}; then fetch a new one" if until else "")
    )


def good_until(kubeconfig: str) -> datetime | None:
    """The end of its certificate, local time; None when it holds none."""
    try:
        [user] = yaml.safe_load(kubeconfig)["users"]
        pem = base64.b64decode(user["user"]["client-certificate-data"])
        return x509.load_pem_x509_certificate(pem).not_valid_after_utc.astimezone()
    except (KeyError, TypeError, ValueError):
        return None


def check_writable(target: Path) -> None:
    """Before a certificate is issued that would be lost. Raises Misused."""
    try:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, "it is a directory")
        tempfile.TemporaryFile(dir=target.parent).close()
    except OSError as err:
        raise Misused(f"can't write {target}: {err.strerror}") from err


def write_private(target: Path, text: str) -> None:
    """All or nothing, and never readable by others, not even for a moment. Raises Misused."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(target)
    except OSError as err:
        raise Misused(f"can't write {target}: {err.strerror}") from err
