"""Where and how one VM is made, as recorded with its row before any effect."""

from ipaddress import IPv4Address
from typing import Literal

from provisioner.domain.inventory import Resolved
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import Route
from provisioner.domain.virtual_machines import Fact, NetworkType, Nic


class Place(Fact):
    """Managed object ids; `folder` is the one below which the resource's own folder lies."""

    folder: str
    pool: str
    storage: str
    storage_type: Literal["Datastore", "StoragePod"]
    template: str
    vcpu: int
    memory_mib: int
    disk_gib: int | None = None


class NicPlan(Nic):
    """`address` with its prefix length, or None for DHCP."""

    address: str | None = None
    gateway: IPv4Address | None = None
    nameservers: tuple[IPv4Address, ...] = ()
    routes: tuple[Route, ...] = ()


def place(resolved: Resolved, machine: Machine) -> Place:
    return Place(
        folder=resolved.folder.moref,
        pool=resolved.pool.moref,
        storage=resolved.storage.moref,
        storage_type="StoragePod" if resolved.storage.type == "StoragePod" else "Datastore",
        template=resolved.template.moref,
        vcpu=machine.vcpu,
        memory_mib=machine.memory_mib,
        disk_gib=machine.disk_gib,
    )


def network_type(name: str) -> NetworkType:
    if name == "DistributedVirtualPortgroup":
        return "DistributedVirtualPortgroup"
    return "OpaqueNetwork" if name == "OpaqueNetwork" else "Network"
