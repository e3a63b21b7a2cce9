"""kubectl as its user would run it, and what a program wants to know by it."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

SECONDS = 60


class KubectlFailed(Exception):
    """Quotes what it said."""


class Kubectl:
    def __init__(self, program: Path, kubeconfig: Path) -> None:
        self._program = program
        self._environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}

    def show(self, *arguments: str) -> None:
        """The command and its output. Raises KubectlFailed."""
        print(f"\n$ kubectl {shlex.join(arguments)}", flush=True)
        print(self._run(*arguments), end="", flush=True)

    def apply(self, file: Path) -> None:
        print(f"\n$ kubectl apply -f {os.path.relpath(file)}", flush=True)
        print(self._run("apply", "-f", str(file)), end="", flush=True)

    def get(self, *arguments: str) -> Any:
        """The document asked for. Raises KubectlFailed."""
        return json.loads(self._run("get", *arguments, "--output=json"))

    def _run(self, *arguments: str) -> str:
        command = (str(self._program), *arguments, f"--request-timeout={SECONDS}s")
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True)
        if done.returncode:
            raise KubectlFailed(f"kubectl {shlex.join(arguments)}: {done.stderr.strip()}")
        return done.stdout
