"""The shape of VMs, whatever they are for."""

from pydantic import Field

from provisioner.domain.spec.document import (
    DiskGiB,
    Document,
    ImageQuery,
    InventoryName,
    MemoryMiB,
    Vcpu,
)
from provisioner.domain.spec.placement import AddressPool, PlacementOverride


class Machine(Document):
    """The shape of a group's VMs. `diskGiB` grows the template's first disk.

    They are cloned from `template`, or from the newest image that `image` describes when the
    group is made: that image's template is then recorded beside the query, and stays.
    """

    vcpu: Vcpu = 2
    memory_mib: MemoryMiB = Field(default=4096, alias="memoryMiB")
    disk_gib: DiskGiB | None = Field(default=None, alias="diskGiB")
    template: InventoryName | None = None
    image: ImageQuery | None = Field(
        default=None, description="Such as os=debian12, kubernetes=1.35; instead of template."
    )
    addresses: AddressPool | None = None
    placement: PlacementOverride | None = None
