"""What the lab's templates bring, as far as stand-ins tell of it: told by their names
(lab/vcenter/templates.go).
"""

import re

from lab.guests.standin.machine import Machine
from lab.guests.standin.result import ProgramFailed
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES

CONTAINERD = "containerd github.com/containerd/containerd 1.6.20"
_DISTRIBUTION = re.compile(r"(debian|ubuntu)-([\d.]+)-")
_MINOR = re.compile(r"-node-(\d+\.\d+)$")


def os_release(template: str) -> str:
    found = _DISTRIBUTION.match(template)
    name, version = found.groups() if found else ("linux", "1")
    return f'ID={name}\nVERSION_ID="{version}"\n'


def kubernetes(template: str) -> str | None:
    """The version of its kubeadm and kubelet, if it has them."""
    if template.endswith("-plain"):
        return None
    named = _MINOR.search(template)
    return RELEASES[named[1] if named else DEFAULT_MINOR].version


def installed(machine: Machine, program: str) -> str:
    """The version of Kubernetes that this program of the machine has: the one its agent wants, and
    without an agent that of the template. Raises ProgramFailed.
    """
    wanted = machine.config.get("kubernetes", {}).get("version")
    found = wanted or kubernetes(machine.vm.template)
    if found is None:
        raise ProgramFailed(f"{program}: not found\n")
    return str(found)
