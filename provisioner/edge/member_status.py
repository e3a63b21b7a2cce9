#!/usr/bin/python3 -IS
"""Prints, as JSON, what keepalived and HAProxy of this member know: see `status.py`.

With --tell it is written into the VM's guestinfo instead, if it is another thing than before.
"""

import base64
import contextlib
import gzip
import json
import os
import socket
import subprocess
import sys
import time
from typing import Any

ADMIN_SOCKET = "/run/haproxy/admin.sock"
KEEPALIVED_PID = "/run/keepalived.pid"
KEEPALIVED_TOLD = "/run/keepalived-status/keepalived.json"
STATUS = "guestinfo.pke.status"
# Not kept over a boot, as what a guest set is gone with its power.
TOLD = "/run/pke-provisioner/status.json"
# GuestRPC carries 64 KiB.
LIMIT = 60 * 1024
PATIENCE_SECONDS = 5.0
RPC_SECONDS = 20.0
# Clocks of whole seconds, read one after the other, differ by so many.
JITTER_SECONDS = 2
BEAT_SECONDS = 300
STATES = {0: "INIT", 1: "BACKUP", 2: "MASTER", 3: "FAULT"}


def status() -> "dict[str, Any]":
    beat = time.time() // BEAT_SECONDS * BEAT_SECONDS
    return {"groups": groups(), "servers": servers(), "beat": beat}


def groups() -> "list[dict[str, Any]] | None":
    """None when keepalived does not tell."""
    try:
        told = ask_keepalived()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return [group(instance["data"]) for instance in told]


def group(data: "dict[str, Any]") -> "dict[str, Any]":
    held = [text.split()[0] for text in data.get("evips", []) if text.endswith(" set")]
    return {
        "member": data["iname"],
        "state": STATES.get(data["state"], "INIT"),
        "priority": data["effective_priority"],
        "since": data["last_transition"],
        "held": held,
    }


def ask_keepalived() -> Any:
    """It writes a file when it is asked to; raises OSError when it does not in time."""
    with open(KEEPALIVED_PID, encoding="ascii") as file:
        pid = int(file.read())
    if os.path.exists(KEEPALIVED_TOLD):
        os.unlink(KEEPALIVED_TOLD)
    named = subprocess.run(
        ["/usr/sbin/keepalived", "--signum=JSON"], capture_output=True, check=True, timeout=5
    )
    os.kill(pid, int(named.stdout))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with open(KEEPALIVED_TOLD, encoding="utf-8") as file:
                return json.load(file)
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)
    raise OSError("keepalived does not tell")


def servers() -> "list[dict[str, Any]] | None":
    """None when HAProxy does not answer."""
    try:
        lines = ask_haproxy("show stat -1 4 -1").splitlines()
    except OSError:
        return None
    # A connection that it has no room for is closed without a word.
    if not lines:
        return None
    names = lines[0].lstrip("# ").split(",")
    # Python 3.9 has no strict.
    rows = [dict(zip(names, line.split(","))) for line in lines[1:] if line]  # noqa: B905
    return [server(row) for row in rows]


def server(row: "dict[str, str]") -> "dict[str, Any]":
    return {
        "backend": row["pxname"],
        "name": row["svname"],
        "state": row["status"],
        "check": row["check_status"].lstrip("* "),
        "since": int(time.time()) - int(row["lastchg"] or 0),
    }


def ask_haproxy(command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(ADMIN_SOCKET)
        connection.sendall(command.encode() + b"\n")
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def tell() -> None:
    before = told()
    now = settled(status(), before)
    if now == before or not take(f"info-set {STATUS} {fitting(now)}"):
        return
    os.makedirs(os.path.dirname(TOLD), exist_ok=True)
    with open(TOLD + ".new", "w", encoding="utf-8") as file:
        json.dump(now, file)
    os.replace(TOLD + ".new", TOLD)


def told() -> "dict[str, Any]":
    try:
        with open(TOLD, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def settled(now: "dict[str, Any]", before: "dict[str, Any]") -> "dict[str, Any]":
    """`now`, with the times of `before` where they mean the same."""
    known = {(one["backend"], one["name"]): one for one in before.get("servers") or ()}
    for one in now["servers"] or ():
        last = known.get((one["backend"], one["name"]))
        if last and abs(last["since"] - one["since"]) <= JITTER_SECONDS:
            one["since"] = last["since"]
    return now


def fitting(now: "dict[str, Any]") -> str:
    """Packed; of too many servers only those that are not simply up."""
    whole = packed(now)
    if len(whole) <= LIMIT:
        return whole
    return packed({**now, "servers": [one for one in now["servers"] if one["state"] != "UP"]})


def packed(now: "dict[str, Any]") -> str:
    return base64.b64encode(gzip.compress(json.dumps(now).encode())).decode()


def take(request: str) -> bool:
    """Whether there is a hypervisor, and it took it."""
    for program in ("vmware-rpctool",), ("vmtoolsd", "--cmd"):
        with contextlib.suppress(FileNotFoundError):
            asked = (*program, request)
            ended = subprocess.run(asked, capture_output=True, timeout=RPC_SECONDS)  # noqa: S603 no shell
            return ended.returncode == 0
    return False


if __name__ == "__main__":
    if sys.argv[1:] == ["--tell"]:
        tell()
    else:
        json.dump(status(), sys.stdout)
