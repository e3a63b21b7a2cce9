"""Where VMs go, and the addresses they may take."""

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import Field

from provisioner.domain.spec.document import Document, InventoryName


class NetworkAttachment(Document):
    """One NIC; `name` is a port group's name or inventory path."""

    name: InventoryName = Field(description="The port group's name or inventory path.")


Networks = Annotated[tuple[NetworkAttachment, ...], Field(min_length=1, max_length=10)]


class Location(Document):
    folder: InventoryName | None = Field(
        default=None, description="VM folder below the vCenter's root folder, which is the default."
    )
    resource_pool: InventoryName | None = Field(
        default=None, description="Resource pool; or give cluster."
    )
    cluster: InventoryName | None = Field(
        default=None, description="vSphere cluster, whose own resource pool is used."
    )
    datastore: InventoryName | None = Field(
        default=None, description="Datastore of the VMs' disks; or give datastoreCluster."
    )
    datastore_cluster: InventoryName | None = Field(
        default=None, description="Datastore cluster; vSphere chooses the datastore."
    )


class PlacementOverride(Location):
    """Whatever is given replaces the same part of the resource's placement."""

    networks: Networks | None = Field(
        default=None, description="One NIC each, in this order; the first is the nodes' own."
    )


class Placement(PlacementOverride):
    """`resourcePool` or `cluster`, and `datastore` or `datastoreCluster`: one of each pair."""

    datacenter: InventoryName = Field(description="Name of the datacenter in vCenter.")
    networks: Networks = Field(
        description="One NIC each, in this order; the first is the nodes' own."
    )

    def overlaid(self, override: PlacementOverride | None) -> "Placement":
        """This placement with `override` on top; naming one of a pair drops the other."""
        if override is None:
            return self
        changes = {name: value for name, value in override if value is not None}
        for one, other in EITHER:
            if changes.get(one):
                changes.setdefault(other, None)
            elif changes.get(other):
                changes.setdefault(one, None)
        return self.model_copy(update=changes)


EITHER = (("resource_pool", "cluster"), ("datastore", "datastore_cluster"))


class Route(Document):
    """Traffic `to` a network goes by way of `via`, a neighbour on the NIC's own subnet."""

    to: IPv4Network = Field(description="Where the traffic goes.")
    via: IPv4Address = Field(description="The router's address.")


class AddressPool(Document):
    """Static IPv4 addresses for the first NIC. Ranges are `first-last` or a CIDR."""

    ranges: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)] = Field(
        description="Such as 10.0.0.11-10.0.0.19 or 10.0.0.32/28; groups may share them."
    )
    prefix_length: Annotated[int, Field(ge=1, le=32)] = Field(
        description="Of the subnet the addresses are in, such as 24."
    )
    gateway: IPv4Address | None = Field(default=None, description="Default router of the subnet.")
    nameservers: Annotated[tuple[IPv4Address, ...], Field(max_length=3)] = Field(
        default=(), description="DNS servers, asked in this order."
    )
    routes: Annotated[tuple[Route, ...], Field(max_length=64)] = Field(
        default=(), description="Further routes, beside the one by gateway."
    )
