"""Which of the addresses that a guest tells of itself is its node's. It could claim anything."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.machines import NicPlan
from provisioner.domain.node_addresses import may_be_a_nodes
from provisioner.domain.nodes import Phase
from provisioner.domain.virtual_machines import VMSeen
from provisioner.store import inventory, leases
from provisioner.store.tables import Lease, Node, VCenter


def own_address(session: Session, node: Node, vm: VMSeen) -> str | None:
    """Of the first NIC, known by its MAC: the planned one as soon as the guest has it; by DHCP the
    first IPv4 address that is nobody else's.
    """
    if not node.nics:
        return None
    plan = NicPlan.model_validate(node.nics[0])
    told = next((nic.addresses for nic in vm.nics if nic.mac == plan.mac.lower()), ())
    if plan.address:
        planned = plan.address.partition("/")[0]
        return planned if planned in told else None
    usable = [one for one in told if ":" not in one and may_be_a_nodes(one, ())]
    others = _leased(session, node, plan, usable) | _of_others(session, node, usable)
    return next((address for address in usable if address not in others), None)


def _leased(session: Session, node: Node, plan: NicPlan, addresses: Sequence[str]) -> set[str]:
    """To whoever it is in the same L2 network, and to the same resource anywhere."""
    vcenter = session.get_one(VCenter, node.vcenter_id)
    domain = leases.l2_domain(vcenter.instance_uuid or vcenter.id, plan.network)
    query = select(Lease.value).where(
        Lease.kind.in_(leases.IP_KINDS),
        Lease.value.in_(addresses),
        (Lease.domain == domain) | (Lease.resource_id == node.resource_id),
    )
    return set(session.scalars(query))


def _of_others(session: Session, node: Node, addresses: Iterable[str]) -> set[str]:
    """Of other members by DHCP, as long as they were not seen with another address since."""
    query = select(Node).where(
        Node.resource_id == node.resource_id,
        Node.phase.in_((Phase.CREATING, Phase.READY)),
        Node.address.in_(addresses),
        Node.id != node.id,
    )
    found = {one.instance_uuid: one.address for one in session.scalars(query) if one.address}
    now = inventory.addresses(session, found) if found else {}
    return {address for uuid, address in found.items() if address in (now.get(uuid) or {address})}
