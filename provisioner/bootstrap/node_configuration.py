#!/usr/bin/python3 -I
"""Brings this machine's files in line with what the service wrote into the VM's guestinfo.

A timer runs it. It is delivered as this one file: standard library only, Python 3.9 or newer.
Which files a document may speak of, how they are checked and what brings them into force is
written on the machine (SECTIONS), never in the document. A file is replaced whole, and only after
its program's own check; what is in place already is left alone. A refused document changes
nothing. The outcome is reported whenever it changes.

With a file's name as its argument it applies the document in there, and fails if it could not.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import glob
import gzip
import io
import json
import os
import re
import subprocess
import sys
import zlib
from typing import Any, NamedTuple

CONFIGURATION = "guestinfo.pke.configuration"
APPLIED = "guestinfo.pke.configuration.applied"
SECTIONS = "/etc/pke-provisioner/sections.json"
# What stands for words such as @VRRP_KEY@, where the machine has fetched secrets.
VALUES = "/etc/pke-provisioner/values.json"
# Not kept over a boot, as what a guest set is gone with its power.
REPORTED = "/run/pke-provisioner/configuration.json"
# More than the 64 KiB that GuestRPC carries can unpack to: lines of servers are much alike.
LONGEST_DOCUMENT = 64 * 1024 * 1024
PLACEHOLDER = re.compile("@[A-Z_]+@")
REPORTED_CHARACTERS = 500
COMMAND_SECONDS = 20.0


class Section(NamedTuple):
    """A file the machine may be given. `check` takes the new file's path as its last argument.

    `follows`: somebody else puts the first one there. Commands may be empty.
    """

    name: str
    path: str
    mode: int
    check: list[str]
    apply: list[str]
    follows: bool = False

    @property
    def new(self) -> str:
        return self.path + ".new"


class Refused(Exception):
    """The document is not applied. The text says why."""


class Waiting(Exception):
    """The machine is not that far, and will be by itself. The text says what is missing."""


class Document(NamedTuple):
    """`nics`: MAC addresses by the word that stands for the interface's name."""

    revision: str
    nics: dict[str, str]
    sections: dict[str, str]


class Report(NamedTuple):
    revision: str
    outcome: str
    message: str


def main() -> int:
    os.makedirs(os.path.dirname(REPORTED), exist_ok=True)
    # The agent and the timer may want it at the same time.
    with open(REPORTED + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return turn()


def turn() -> int:
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="ascii") as file:
            return int(look(file.read()).outcome != "applied")
    encoded = guest_rpc(f"info-get {CONFIGURATION}")
    if encoded:
        look(encoded)
    return 0


def look(encoded: str) -> Report:
    before = reported()
    now = outcome_of(encoded, before)
    if now != before:
        report(now)
    return now


def outcome_of(encoded: str, before: Report | None) -> Report:
    revision = ""
    try:
        document = read(encoded)
        revision = document.revision
        apply(document, known_sections(), settled=before == Report(revision, "applied", ""))
    except Waiting as reason:
        return Report(revision, "waiting", str(reason)[:REPORTED_CHARACTERS])
    except Refused as reason:
        return Report(revision, "refused", str(reason)[:REPORTED_CHARACTERS])
    return Report(revision, "applied", "")


def guest_rpc(request: str) -> str | None:
    """The hypervisor's answer; None when it has none, or there is no hypervisor to ask."""
    for program in (["vmware-rpctool"], ["vmtoolsd", "--cmd"]):
        with contextlib.suppress(FileNotFoundError):
            return successful(*program, request)
    return None


def successful(*command: str) -> str | None:
    try:
        ended = subprocess.run(command, capture_output=True, timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return ended.stdout.decode(errors="replace").strip() if ended.returncode == 0 else None


def read(encoded: str) -> Document:
    try:
        packed = io.BytesIO(base64.b64decode(encoded, validate=True))
        document = json.loads(gzip.GzipFile(fileobj=packed).read(LONGEST_DOCUMENT))
    except (ValueError, OSError, EOFError, zlib.error, RecursionError) as error:
        raise Refused(f"the document can't be read: {error}") from error
    return checked(document)


def checked(document: Any) -> Document:
    parts = [document.get(name) for name in ("nics", "sections")] if is_object(document) else []
    if not parts or not all(map(is_object, parts)):
        raise Refused("the document has no nics or no sections")
    nics, sections = parts
    texts = {**nics, **sections, "revision": document.get("revision")}
    wrong = [name for name, text in texts.items() if not isinstance(text, str)]
    if wrong:
        raise Refused(f"the document is not for this node: {', '.join(map(repr, wrong))}")
    lowered = {word: mac.lower() for word, mac in nics.items()}
    return Document(texts["revision"][:64], lowered, sections)


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def known_sections() -> list[Section]:
    """In the order in which they are applied."""
    with open(SECTIONS, encoding="utf-8") as file:
        return [Section(**one) for one in json.load(file)]


def apply(document: Document, known: list[Section], settled: bool) -> None:
    """`settled`: this document was applied, so only what was changed since is put right."""
    unknown = sorted(set(document.sections) - {section.name for section in known})
    if unknown:
        raise Refused(f"the document is not for this node: {', '.join(map(repr, unknown))}")
    values = values_of(document)
    texts = {name: filled(text, values) for name, text in document.sections.items()}
    given = [section for section in known if section.name in texts]
    stale = [one for one in given if not settled or content(one) != texts[one.name]]
    for section in stale:
        prepare(section, texts[section.name])
    for section in stale:
        os.replace(section.new, section.path)
    bring_into_force(stale)


def bring_into_force(sections: list[Section]) -> None:
    """Each command once."""
    done: list[list[str]] = []
    for section in sections:
        if section.apply and section.apply not in done:
            done.append(section.apply)
            said = failure(*section.apply)
            if said:
                raise Waiting(f"written but not in force: {said}")


def values_of(document: Document) -> dict[str, str]:
    values = {word: interface_of(mac) for word, mac in document.nics.items()}
    with contextlib.suppress(FileNotFoundError), open(VALUES, encoding="utf-8") as file:
        values.update(json.load(file))
    return values


def filled(text: str, values: dict[str, str]) -> str:
    unknown = sorted(set(PLACEHOLDER.findall(text)) - set(values))
    if unknown:
        raise Waiting(f"this machine does not know yet what stands for {', '.join(unknown)}")
    return PLACEHOLDER.sub(lambda found: values[found.group()], text)


def interface_of(mac: str) -> str:
    for path in sorted(glob.glob("/sys/class/net/*/address")):
        with open(path, encoding="ascii") as file:
            if file.read().strip().lower() == mac:
                return path.split("/")[-2]
    raise Waiting(f"there is no network interface {mac}")


def content(section: Section) -> str | None:
    """None while the machine has not got its first one."""
    try:
        with open(section.path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None


def prepare(section: Section, text: str) -> None:
    """The new file beside the old one, which takes its place only when its check is content."""
    if section.follows and content(section) is None:
        raise Waiting(f"{section.path} is not there yet")
    os.makedirs(os.path.dirname(section.path), exist_ok=True)
    with open(section.new, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), section.mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    said = failure(*section.check, section.new) if section.check else None
    if said:
        os.unlink(section.new)
        raise Refused(said)


def failure(*command: str) -> str | None:
    """What a command that fails says; None when it succeeds."""
    try:
        ended = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=COMMAND_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{command[0]}: {error}"
    said = ended.stdout.decode(errors="replace").strip()
    return f"{command[0]} fails: {said}" if ended.returncode else None


def reported() -> Report | None:
    try:
        with open(REPORTED, encoding="utf-8") as file:
            return Report(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None


def report(now: Report) -> None:
    """Remembered only when the hypervisor has taken it, else it is told again."""
    # The number is the priority in the journal.
    print(f"<{4 if now.outcome == 'refused' else 5}>{now.revision} {now.outcome}: {now.message}")
    text = json.dumps(now._asdict())
    if guest_rpc(f"info-set {APPLIED} {text}") is None:
        return
    with open(REPORTED + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(REPORTED + ".new", REPORTED)


if __name__ == "__main__":
    sys.exit(main())
