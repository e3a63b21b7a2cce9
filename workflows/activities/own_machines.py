"""Our VMs, told from everybody else's by their marks."""

from provisioner.domain import marks
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import FoundVM
from workflows.activities.machine_rows import MachineOrder
from workflows.connections import Connection


class ForeignMachine(ProvisionerError):
    """A VM has our name or UUID and not our mark. It is never touched."""


async def find_own(connection: Connection, order: MachineOrder) -> FoundVM | None:
    """By its instance UUID. Raises ForeignMachine when the mark is another's."""
    found = await connection.vcenter.find(order.instance_uuid)
    if found and any(found.marks.get(key) != order.marks[key] for key in (marks.OWNER, marks.NODE)):
        raise ForeignMachine(
            f"the VM {found.name} has the instance UUID of our node {order.name} but not its "
            "mark, so it is left alone; remove it by hand if it is a leftover"
        )
    return found
