"""Where VMs go, and the addresses they may take."""

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import Field

from provisioner.domain.spec.document import Document, InventoryName


class NetworkAttachment(Document):
    """One NIC; `name` is a port group's name or inventory path."""

    name: InventoryName


Networks = Annotated[tuple[NetworkAttachment, ...], Field(min_length=1, max_length=10)]


class Location(Document):
    folder: InventoryName | None = None
    resource_pool: InventoryName | None = None
    cluster: InventoryName | None = None
    datastore: InventoryName | None = None
    datastore_cluster: InventoryName | None = None


class PlacementOverride(Location):
    """Whatever is given replaces the same part of the resource's placement."""

    networks: Networks | None = None


class Placement(PlacementOverride):
    """`resourcePool` or `cluster`, and `datastore` or `datastoreCluster`: one of each pair."""

    datacenter: InventoryName
    networks: Networks

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

    to: IPv4Network
    via: IPv4Address


class AddressPool(Document):
    """Static IPv4 addresses for the first NIC. Ranges are `first-last` or a CIDR."""

    ranges: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    prefix_length: Annotated[int, Field(ge=1, le=32)]
    gateway: IPv4Address | None = None
    nameservers: Annotated[tuple[IPv4Address, ...], Field(max_length=3)] = ()
    routes: Annotated[tuple[Route, ...], Field(max_length=64)] = ()
