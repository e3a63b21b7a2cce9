"""A lab that goes on running, to be played with."""

import os
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from lab.guests.control import GuestsControl
from lab.guests.machines import entering
from lab.guests.session import GuestSession
from lab.network.namespace import entered
from lab.stack import background
from lab.stack.background import StackError
from lab.stack.facts import StackFacts
from lab.stack.layout import Layout
from lab.stack.mending import mend
from lab.story.first_cluster import NAME, ensure_cluster
from lab.story.templates import build
from lab.waiting import wait_until

TASK_SECONDS = 60.0
TOOLS = Path(__file__).parents[1] / "bin"


def up(layout: Layout) -> None:
    """Goes on where an earlier one was interrupted, and starts again what died since.

    Raises what starting, or pkectl, raises.
    """
    guest_os, real = build(_say)
    if background.running(layout):
        mend(layout, _say)
    else:
        background.up(layout, _say, real)
    kubectl = layout.data / "kubectl"
    kubectl.unlink(missing_ok=True)
    kubectl.symlink_to(guest_os.binaries / "kubectl")
    with entered(_supervisor(layout)):
        ensure_cluster(StackFacts.read(layout.facts), _kubeconfig(layout))
    _introduce(layout)


def down(layout: Layout) -> None:
    ended = background.down(layout)
    background.remove_machines(layout)
    _say("The lab has ended." if ended else "No lab was running.")


def kill(layout: Layout, arguments: Sequence[str]) -> None:
    """Powers a node's VM off in vCenter and deletes it, as somebody might by mistake."""
    with entered(_supervisor(layout)):
        moref = _node(layout, arguments)["moref"]
        session = GuestSession(StackFacts.read(layout.facts).vcenter.access())
        vm = session.vm(moref)
        for work in (vm.PowerOffVM_Task, vm.Destroy_Task):
            wait_until(partial(_has_ended, session.call(work)), TASK_SECONDS)
        session.close()
    _say(f"{arguments[0]} is gone; what follows is told, in `make lab-shell`, by")
    _say(f"`pkectl cluster events {NAME}` (a load balancer's: `pkectl lb events <its name>`)")


def _has_ended(task: Any) -> bool:
    return task.info.state in ("success", "error")


def shell(layout: Layout, arguments: Sequence[str]) -> NoReturn:
    """Becomes a shell, or the command given, in the lab's network; or on the node named first
    (nodes' names have dashes).

    Raises StackError.
    """
    supervisor = _supervisor(layout)
    if arguments and "-" in arguments[0]:
        with entered(supervisor):
            process = int(_node(layout, arguments)["pid"])
        command = entering.command(process, *(arguments[1:] or left_in_peace("bash", "-l")))
        os.execvp(command[0], command)
    os.environ.update(_environment(layout))
    command = ("nsenter", "--target", str(supervisor), "--net", *(arguments or _interactive()))
    os.execvp(command[0], command)


def _node(layout: Layout, arguments: Sequence[str]) -> dict[str, str]:
    """The running guest named first. Raises StackError."""
    guests = GuestsControl(StackFacts.read(layout.facts).guests).guests()
    running = {one["name"]: one for one in guests if one["pid"]}
    if not arguments or arguments[0] not in running:
        raise StackError(f"name one of the nodes that run: {', '.join(sorted(running))}")
    return running[arguments[0]]


def _introduce(layout: Layout) -> None:
    facts = StackFacts.read(layout.facts)
    _say("\nThe lab runs in a network of its own. `make lab-shell` enters it; there,")
    _say("kubectl, pkectl and `stack` speak to the cluster and the service.")
    _say("From outside, for scripts:\n")
    command = shlex.join(("nsenter", "--target", str(_supervisor(layout)), "--net"))
    _say(f"  {command} env KUBECONFIG={_kubeconfig(layout)} {layout.data / 'kubectl'} get nodes\n")
    _say(f"kubeconfig  {_kubeconfig(layout)} (an hour; pkectl cluster kubeconfig {NAME} renews it)")
    _say(f"API         {facts.api}, token and passwords in {layout.facts}")
    _say("a node      make lab-shell NODE=<its name>; make lab-kill NODE=<its name>")
    _say("repairs     make lab-up, when a part of the service was ended or died")
    _say("the end     make lab-down")


def _environment(layout: Layout) -> dict[str, str]:
    programs = (str(layout.data), str(TOOLS), str(Path(sys.executable).parent))
    return {
        "PATH": ":".join((*programs, os.environ["PATH"])),
        "KUBECONFIG": str(_kubeconfig(layout)),
        "PKECTL_CONFIG": str(layout.facts),
        "PKE_LAB": str(layout.folder),
    }


def _interactive() -> tuple[str, ...]:
    return left_in_peace(os.environ.get("SHELL", "/bin/bash"))


def left_in_peace(*shell: str) -> tuple[str, ...]:
    """That the last command in it failed is no failure of whoever opened the shell."""
    return ("sh", "-c", '"$@"; exit 0', "sh", *shell)


def _kubeconfig(layout: Layout) -> Path:
    return layout.data / "demo.kubeconfig"


def _supervisor(layout: Layout) -> int:
    found = background.supervisor_pid(layout)
    if found is None:
        raise StackError("no lab runs: `make lab-up` starts one")
    return found


def _say(text: str) -> None:
    print(text, flush=True)
