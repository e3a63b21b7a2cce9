"""The masters that carry a cluster's floating address, as they are on record."""

from sqlalchemy.orm import Session

from provisioner.domain.floating_address import Carrier, priorities
from provisioner.domain.machines import NicPlan
from provisioner.domain.nodes import Phase
from provisioner.store import visits
from provisioner.store.tables import Node


def carriers(session: Session, resource_id: str) -> list[Carrier]:
    """In order of creation, those on their way out too: unheard, the holder of the address would
    have a second one beside it until its VM is gone.
    """
    known = visits.masters(session, resource_id)
    living = [
        (order, node)
        for order, node in enumerate(known)
        if node.phase in (Phase.CREATING, Phase.READY)
        or (node.phase == Phase.REMOVING and _address(node))
    ]
    ranks = priorities(order for order, _ in living)
    return [
        Carrier(node_id=node.id, name=node.name, address=_address(node), priority=rank)
        for (_, node), rank in zip(living, ranks, strict=True)
    ]


def _address(node: Node) -> str | None:
    """A static one is known before the VM exists; by DHCP it is what the VM was seen with."""
    static = NicPlan.model_validate(node.nics[0]).address if node.nics else None
    return static.partition("/")[0] if static else node.address
