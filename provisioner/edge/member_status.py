#!/usr/bin/python3 -IS
"""Prints, as JSON, what keepalived and HAProxy of this member know: see `status.py`."""

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
PATIENCE_SECONDS = 5.0
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


if __name__ == "__main__":
    json.dump(status(), sys.stdout)
