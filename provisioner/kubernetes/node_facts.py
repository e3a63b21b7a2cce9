"""What we want to know of a Node object."""

from typing import Any

from pydantic import BaseModel

ADDRESS_TYPES = ("InternalIP", "ExternalIP")


class NodeFacts(BaseModel, frozen=True):
    """`ready` is the kubelet's own word; a node that never said so is not."""

    name: str
    ready: bool
    addresses: tuple[str, ...]
    unschedulable: bool


def node_facts(node: Any) -> NodeFacts:
    """From the client library's `V1Node`."""
    conditions = node.status.conditions or ()
    addresses = node.status.addresses or ()
    return NodeFacts(
        name=node.metadata.name,
        ready=any(each.type == "Ready" and each.status == "True" for each in conditions),
        addresses=tuple(each.address for each in addresses if each.type in ADDRESS_TYPES),
        unschedulable=bool(node.spec.unschedulable),
    )
