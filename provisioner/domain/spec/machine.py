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

    vcpu: Vcpu = Field(default=2, description="Virtual CPUs of each VM.")
    memory_mib: MemoryMiB = Field(
        default=4096, alias="memoryMiB", description="Memory of each VM, in MiB."
    )
    disk_gib: DiskGiB | None = Field(
        default=None,
        alias="diskGiB",
        description="Size of the first disk, not below the template's own. Default: as it is.",
    )
    template: InventoryName | None = Field(
        default=None, description="Name or path of the template in vCenter; or give image."
    )
    image: ImageQuery | None = Field(
        default=None, description="Such as os=debian12, kubernetes=1.35; instead of template."
    )
    addresses: AddressPool | None = Field(
        default=None, description="Static addresses; without them the VMs ask DHCP."
    )
    placement: PlacementOverride | None = Field(
        default=None, description="What differs for these VMs from the document's placement."
    )
