"""Facts about VMs and a vCenter's inventory, shared by the adapter, the store and the workflows."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

NetworkType = Literal["Network", "DistributedVirtualPortgroup", "OpaqueNetwork"]
ObjectType = Literal[
    "Datacenter",
    "Folder",
    "ClusterComputeResource",
    "ComputeResource",
    "ResourcePool",
    "Datastore",
    "StoragePod",
    "Network",
    "DistributedVirtualPortgroup",
    "OpaqueNetwork",
    "VirtualMachine",
]
PowerState = Literal["poweredOn", "poweredOff", "suspended"]
POWERED_ON: PowerState = "poweredOn"


class Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class VCenterAccess(Fact):
    """How to reach a vCenter. TLS is verified by exactly one of thumbprint and CA bundle."""

    host: str
    port: int = 443
    username: str
    password: SecretStr
    thumbprint: str | None = None
    ca_bundle: str | None = None

    @model_validator(mode="after")
    def _one_way_to_verify(self) -> Self:
        if (self.thumbprint is None) == (self.ca_bundle is None):
            raise ValueError("give either the SHA-256 thumbprint or a CA bundle")
        return self


class Nic(Fact):
    network: str
    network_type: NetworkType
    mac: str


class CloneRequest(Fact):
    """One VM to be. All references are managed object ids of one vCenter."""

    name: str
    instance_uuid: str
    template: str
    folder: str
    pool: str
    storage: str
    storage_type: Literal["Datastore", "StoragePod"]
    vcpu: int
    memory_mib: int
    disk_gib: int | None = None
    nics: tuple[Nic, ...]
    extra_config: dict[str, str] = Field(repr=False)


class AttachedDisk(Fact):
    """`key` among its VM's devices; `file` such as `[datastore1] fcd/0f1e.vmdk`."""

    key: int
    file: str


class FoundVM(Fact):
    """`foreign_disks`: those it has and must not take along when it goes."""

    moref: str
    name: str
    instance_uuid: str
    power_state: PowerState
    marks: dict[str, str]
    foreign_disks: tuple[AttachedDisk, ...] = ()


class FolderVM(Fact):
    """A VM or template as it lies in a folder; `datastores`: morefs of those it has files on."""

    moref: str
    name: str
    is_template: bool
    datastores: tuple[str, ...] = ()


class FolderPlace(Fact):
    """Where a folder is; `parent`: a moref."""

    parent: str
    name: str


class TemplateCopy(Fact):
    """A template made of another one, on a datastore. All references are managed object ids."""

    source: str
    name: str
    folder: str
    pool: str
    datastore: str


class NicSeen(Fact):
    mac: str
    addresses: tuple[str, ...]


class VMSeen(Fact):
    moref: str
    instance_uuid: str
    name: str
    folder: str
    power_state: PowerState
    tools_running: bool = False
    nics: tuple[NicSeen, ...] = ()


class InventoryObject(Fact):
    """`path` is absolute, such as `/DC1/vm/templates/debian-12-node`."""

    moref: str
    type: ObjectType
    name: str
    path: str
    parent: str | None = None
    is_template: bool = False
    disk_gib: int | None = None
    owner: str | None = None


class WatchBatch(Fact):
    """What changed since the last batch. After a `full` one, whatever it does not name is gone."""

    full: bool = False
    vms: tuple[VMSeen, ...] = ()
    vms_gone: tuple[str, ...] = ()
    objects: tuple[InventoryObject, ...] = ()
    objects_gone: tuple[str, ...] = ()
