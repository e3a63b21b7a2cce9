#!/usr/bin/python3 -I
"""Brings this machine's files in line with what the service wrote into the VM's guestinfo.

A timer runs it. It is delivered as this one file: standard library only, Python 3.9 or newer.
A file is replaced whole, and only after its program's own check; what is in place already is left
alone. A refused document changes nothing. The outcome is reported when it changes.
"""

import base64
import contextlib
import gzip
import json
import os
import shutil
import subprocess
import sys
from typing import Any, NamedTuple, Optional

CONFIGURATION = "guestinfo.pke.configuration"
APPLIED = "guestinfo.pke.configuration.applied"
# Not kept over a boot: what a guest set is gone with its power.
REPORTED = "/run/pke-provisioner/configuration"
INTERFACES = "/sys/class/net"
SECONDS = 20
LONGEST = 1024 * 1024
REPORTED_CHARACTERS = 500


class Section(NamedTuple):
    """A file this machine may be given. `check` gets the path of the new file as last argument."""

    path: str
    mode: int
    check: tuple[str, ...]
    reload: tuple[str, ...]


SECTIONS = {
    "keepalived": Section(
        path="/etc/keepalived/keepalived.conf",
        mode=0o640,
        check=("keepalived", "-t", "-f"),
        reload=("systemctl", "reload", "keepalived.service"),
    ),
}


class Refused(Exception):
    """The document is not applied; the text says why."""


class Waiting(Exception):
    """The machine is not that far."""


class Document(NamedTuple):
    revision: str
    nic: str
    sections: dict[str, str]


def main() -> int:
    found = received()
    if found is None:
        return 0
    revision = ""
    try:
        document = read(found)
        revision = document.revision
        apply(document)
        outcome, message = "applied", ""
    except Waiting as reason:
        outcome, message = "waiting", str(reason)
    except Refused as reason:
        outcome, message = "refused", str(reason)
    report(revision, outcome, message)
    return 0 if outcome != "refused" else 1


def received() -> Optional[str]:
    """None while the service has written nothing, or the hypervisor can't be asked."""
    encoded = guest_rpc(f"info-get {CONFIGURATION}")
    return encoded.strip() if encoded and encoded.strip() else None


def read(encoded: str) -> Document:
    try:
        with gzip.open(_Bytes(base64.b64decode(encoded, validate=True))) as file:
            document = json.loads(file.read(LONGEST))
        return checked(document)
    except (ValueError, OSError, EOFError, LookupError, TypeError) as error:
        raise Refused(f"the document can't be read: {error}") from error
