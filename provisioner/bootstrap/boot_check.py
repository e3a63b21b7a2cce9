#!/usr/bin/python3 -I
"""Tells, after an image's first boot, what this machine is and whether it came up as it should.

`boot_check.py TEST [--root DIR]`: TEST comes back in the answer, which is JSON in guestinfo. It is
delivered as this one file: standard library only, Python 3.9 or newer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from typing import Any

ANSWER = "guestinfo.pke.boot-test"
OLDEST_PYTHON = (3, 9)
CLOUD_INIT_SECONDS = 600.0
TELLING_SECONDS = 120.0
COMMAND_SECONDS = 30.0
POLL_SECONDS = 1.0
PROBLEM_CHARACTERS = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("test")
    parser.add_argument("--root", default="/")
    given = parser.parse_args()
    return 0 if tell({"test": given.test, **findings(given.root)}) else 1


def findings(root: str) -> dict[str, Any]:
    cloud_init = finished_cloud_init(root)
    found = {
        "os": operating_system(root),
        "kernel": platform.release(),
        "cloudInit": said("cloud-init", "--version"),
        "containerd": said("containerd", "--version"),
        "kubernetes": version(said("kubeadm", "version", "-o", "short")),
        "kubelet": version(said("kubelet", "--version")),
    }
    problems = [*cloud_init_problems(cloud_init), *node_problems(found)]
    if sys.version_info < OLDEST_PYTHON:
        problems.append(f"Python is {platform.python_version()}, older than 3.9")
    return {**found, "ok": not problems, "problems": [p[:PROBLEM_CHARACTERS] for p in problems]}


def finished_cloud_init(root: str) -> dict[str, Any] | None:
    """Its result file, once there is one."""
    end = time.monotonic() + CLOUD_INIT_SECONDS
    path = os.path.join(root, "run/cloud-init/result.json")
    while time.monotonic() < end:
        try:
            with open(path, encoding="utf-8") as file:
                return dict(json.load(file)["v1"])
        except (OSError, ValueError, KeyError, TypeError):
            time.sleep(POLL_SECONDS)
    return None


def cloud_init_problems(result: dict[str, Any] | None) -> list[str]:
    if result is None:
        return [f"cloud-init did not finish within {CLOUD_INIT_SECONDS:.0f} s"]
    problems = [f"cloud-init: {error}" for error in result.get("errors") or ()]
    if "VMware" not in str(result.get("datasource")):
        problems.append(f"cloud-init read {result.get('datasource')}, not VMware's guestinfo")
    return problems


def node_problems(found: dict[str, Any]) -> list[str]:
    """None of a machine that brings no Kubernetes."""
    kubeadm, kubelet = found["kubernetes"], found["kubelet"]
    if kubeadm is None and kubelet is None:
        return []
    problems = []
    if kubeadm != kubelet:
        problems.append(f"kubeadm is {kubeadm or 'missing'}, the kubelet {kubelet or 'missing'}")
    if found["containerd"] is None:
        problems.append("there is no containerd")
    return problems


def operating_system(root: str) -> str | None:
    """Such as debian12 or ubuntu24.04."""
    try:
        with open(os.path.join(root, "etc/os-release"), encoding="utf-8") as file:
            lines = [line.strip().partition("=") for line in file]
    except OSError:
        return None
    facts = {name: value.strip("\"'") for name, _, value in lines}
    return facts.get("ID", "") + facts.get("VERSION_ID", "") or None


def version(text: str | None) -> str | None:
    """The last word, without its v."""
    return text.split()[-1].lstrip("v") if text else None


def said(*command: str) -> str | None:
    """A program's first line; None when it is not there or fails."""
    try:
        ended = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = ended.stdout.decode(errors="replace").split("\n")
    return lines[0].strip() or None if ended.returncode == 0 else None


def tell(answer: dict[str, Any]) -> bool:
    """VMware's tools may start later than we do."""
    end = time.monotonic() + TELLING_SECONDS
    request = f"info-set {ANSWER} {json.dumps(answer)}"
    while time.monotonic() < end:
        for command in (["vmware-rpctool"], ["vmtoolsd", "--cmd"]):
            if successful(*command, request):
                return True
        time.sleep(POLL_SECONDS)
    return False


def successful(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=COMMAND_SECONDS).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


if __name__ == "__main__":
    sys.exit(main())
