"""Runs the real pkectl, as its user would, and shows the command before its output."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lab.stack.facts import StackFacts

PROGRAM = Path(sys.executable).with_name("pkectl")


class CommandFailed(Exception):
    """The message says which command, and its exit code."""


class Pkectl:
    """Secrets go into the environment, never onto the command line."""

    def __init__(self, facts: StackFacts) -> None:
        self._given = {
            "PKECTL_URL": facts.api,
            "PKECTL_TOKEN": facts.token,
            "PKECTL_CONFIG": os.devnull,
        }
        if facts.ca_file:
            self._given["PKECTL_CA_FILE"] = facts.ca_file

    def run(self, *arguments: str, secrets: Mapping[str, str] | None = None) -> None:
        """Its output is shown as it comes. Raises CommandFailed."""
        print(f"\n$ pkectl {shlex.join(arguments)}", flush=True)
        environment = {**_foreign(), **self._given, **(secrets or {})}
        done = subprocess.run((str(PROGRAM), *arguments), env=environment)
        if done.returncode:
            raise CommandFailed(f"pkectl {arguments[0]} {arguments[1]}: exit {done.returncode}")


def _foreign() -> dict[str, str]:
    """Our environment without the user's own settings of pkectl."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PKECTL_")}
