"""Our VMs, told from everybody else's by their marks."""

from provisioner.domain import marks
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import FoundVM
from workflows.activities.machine_rows import MachineOrder
from workflows.connections import Connection


class ForeignMachine(ProvisionerError):
    """A VM has our name or UUID and not our mark. It is never touched."""

    of_this_attempt = True


class StillThere(ProvisionerError):
    """vCenter says it destroyed the VM, and still has it."""

    transient = True


async def find_own(connection: Connection, order: MachineOrder) -> FoundVM | None:
    """By its instance UUID, which somebody may change, and then by the id vCenter gave it.

    Raises ForeignMachine when the mark is another's, MachineUnreadable when there is a VM that
    nobody can tell anything about: only what is neither found nor known is gone.
    """
    found = await connection.vcenter.find(order.instance_uuid)
    if found is None and order.moref:
        found = await connection.vcenter.inspect(order.moref)
    if found and any(found.marks.get(key) != order.marks[key] for key in (marks.OWNER, marks.NODE)):
        raise ForeignMachine(
            f"the VM {found.name} stands for our node {order.name} but lacks its mark, so it is "
            "left alone; remove it by hand if it is a leftover"
        )
    return found


async def destroy_own(connection: Connection, order: MachineOrder) -> FoundVM | None:
    """The VM is proven gone; None when it was before. Disks that are not its own stay.

    Raises StillThere when it is not, after it was destroyed.
    """
    found = await find_own(connection, order)
    if found is None:
        return None
    await connection.vcenter.destroy(found.moref, keep=found.foreign_disks)
    if await find_own(connection, order):
        raise StillThere(f"vCenter destroyed the VM of {order.name} and still has it")
    return found
