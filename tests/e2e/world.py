"""What vCenter itself has of a cluster."""

from lab.machine_list import machines
from lab.stack.stack import Stack


def vm_names(stack: Stack, cluster: str) -> list[str]:
    seen = machines(stack.facts.vcenter.access())
    return sorted(one.name for one in seen if one.folder.startswith(f"{cluster}-"))
