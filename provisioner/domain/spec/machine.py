"""The shape of VMs, whatever they are for."""

from pydantic import Field

from provisioner.domain.spec.document import DiskGiB, Document, InventoryName, MemoryMiB, Vcpu
from provisioner.domain.spec.placement import AddressPool, PlacementOverride


class Machine(Document):
    """The shape of a group's VMs. `diskGiB` grows the template's first disk."""

    vcpu: Vcpu = 2
    memory_mib: MemoryMiB = Field(default=4096, alias="memoryMiB")
    disk_gib: DiskGiB | None = Field(default=None, alias="diskGiB")
    template: InventoryName
    addresses: AddressPool | None = None
    placement: PlacementOverride | None = None
