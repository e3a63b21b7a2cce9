"""`make demo`: a cluster's life on a simulated vCenter, driven by pkectl like a user would."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from lab.demo_addresses import advice, first_taken
from lab.kubeconfig import node_names
from lab.leftovers import leftovers
from lab.machine_list import machines
from lab.pkectl import CommandFailed, Pkectl
from lab.processes import ProcessError
from lab.stack.options import StackOptions
from lab.stack.stack import Stack

FOLDER = Path(__file__).parents[1] / ".lab" / "demo"
DOCUMENT = Path(__file__).with_name("demo_cluster.yaml")
NAME, POOL = "demo", "workers"
ROOT_FOLDER = "/DC1/vm/kubernetes"
INTERRUPTED = 130


class DemoFailed(Exception):
    """Something is not as the demo promised."""


class Demo:
    def __init__(self, stack: Stack, began: float) -> None:
        self._stack = stack
        self._began = began
        self._pkectl = Pkectl(stack.facts)

    def run(self) -> None:
        self._heading("What vCenter has before")
        self._show_machines()
        self._register_vcenter()
        self._create()
        self._use()
        self._scale()
        self._delete()

    def _register_vcenter(self) -> None:
        vcenter = self._stack.facts.vcenter
        self._heading("Tell the service about the vCenter")
        where = ("--host", vcenter.host, "--port", str(vcenter.port), "-u", vcenter.username)
        trust = ("--thumbprint", vcenter.thumbprint, "--root-folder", ROOT_FOLDER)
        password = {"PKECTL_VCENTER_PASSWORD": vcenter.password}
        self._pkectl.run("vcenter", "add", vcenter.name, *where, *trust, secrets=password)
        self._pkectl.run("vcenter", "inventory", vcenter.name)

    def _create(self) -> None:
        self._heading("Create a cluster: three masters, two workers")
        document = os.path.relpath(DOCUMENT)
        self._pkectl.run("cluster", "create", "-f", document, "--wait")
        self._pkectl.run("cluster", "nodes", NAME)
        self._pkectl.run("cluster", "get", NAME)
        self._show_machines()

    def _use(self) -> None:
        self._heading("Use it")
        file = FOLDER / "demo.kubeconfig"
        self._pkectl.run("cluster", "kubeconfig", NAME, "-o", os.path.relpath(file))
        names = node_names(file)
        _say(f"the cluster's own API knows {len(names)} nodes: {', '.join(names)}")
        if len(names) != 5:
            raise DemoFailed(f"the cluster should know 5 nodes, and knows {len(names)}")

    def _scale(self) -> None:
        self._heading("Scale the workers up, 2 -> 5, and down, 5 -> 1")
        for size in ("5", "1"):
            self._pkectl.run("cluster", "scale", NAME, POOL, size, "--wait")
        self._pkectl.run("cluster", "nodes", NAME)

    def _delete(self) -> None:
        self._heading("What happened, and why")
        self._pkectl.run("cluster", "events", NAME)
        self._heading("Delete it")
        self._pkectl.run("cluster", "delete", NAME, "--yes", "--wait")
        self._heading("What vCenter has after")
        self._show_machines()
        if left := leftovers(self._stack):
            raise DemoFailed("the deleted cluster left behind: " + ", ".join(left))
        _say("no VM, lease, Vault mount, secret or open workflow is left")

    def _show_machines(self) -> None:
        _say("vCenter itself says:")
        for one in machines(self._stack.facts.vcenter.access()):
            what = "template" if one.template else one.power
            _say(f"  {one.folder:<22} {one.name:<32} {what}")

    def _heading(self, text: str) -> None:
        passed = time.monotonic() - self._began
        _say(f"\n=== {text} {'=' * max(3, 70 - len(text))} {passed:.0f} s")


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    began = time.monotonic()
    if taken := first_taken(DOCUMENT):
        print(advice(taken), file=sys.stderr)
        return 1
    stack = Stack(FOLDER, StackOptions(say=_say))
    try:
        _say("=== Start everything the service needs, and the service")
        with stack:
            _live(stack, began)
    except KeyboardInterrupt:
        _say("\nInterrupted: everything was stopped, the operation too. Just run it again.")
        return INTERRUPTED
    except (CommandFailed, DemoFailed, ProcessError) as problem:
        print(f"\nThe demo failed: {problem}\nLogs: {FOLDER / 'logs'}", file=sys.stderr)
        return 1
    _say(f"\nEverything is stopped; it took {time.monotonic() - began:.0f} s. Next: README.md")
    return 0


def _live(stack: Stack, began: float) -> None:
    try:
        Demo(stack, began).run()
    finally:
        # An impatient second Ctrl-C must not leave anything running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _say("\n=== Stop everything")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
