"""Whether Kubernetes itself finds a cluster's nodes ready: a VM that runs can be cut off."""

from collections.abc import Iterable

from provisioner.domain.conditions import Condition
from provisioner.domain.nodes import Phase
from workflows.kinds.cluster_care import Subject

CONDITION = "NodesReady"
_SHOWN = 5


def look(subject: Subject) -> Iterable[Condition]:
    """Of members only: who is still joining need not be ready."""
    members = {node.name for node in subject.nodes if node.phase == Phase.READY}
    not_ready = subject.api.nodes_not_ready()
    told = [f"{name}: {not_ready[name]}" for name in sorted(members & not_ready.keys())]
    if not told:
        yield Condition(type=CONDITION, status="True", reason="AllReady")
        return
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    message = "; ".join(told[:_SHOWN]) + more
    yield Condition(type=CONDITION, status="False", reason="NotReady", message=message)
