"""What a NIC needs to know of its network, read once per network."""

from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import NetworkType, Nic
from provisioner.vsphere.caching import Remembered
from provisioner.vsphere.errors import ManagedObjectGone
from provisioner.vsphere.reading import Properties, paths, read_along, step
from provisioner.vsphere.session import Session

Ethernet = vim.vm.device.VirtualEthernetCard
PortGroup = vim.dvs.DistributedVirtualPortgroup
KINDS: dict[NetworkType, Any] = {
    "Network": vim.Network,
    "DistributedVirtualPortgroup": PortGroup,
    "OpaqueNetwork": vim.OpaqueNetwork,
}
WANTED = (
    paths(vim.Network, "name"),
    paths(vim.OpaqueNetwork, "summary"),
    paths(PortGroup, "key", "config.distributedVirtualSwitch"),
    paths(vim.DistributedVirtualSwitch, "uuid"),
)
TO_SWITCH = step("switch", PortGroup, "config.distributedVirtualSwitch")


class Networks:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: Remembered[tuple[NetworkType, str], Any] = Remembered(self._load)

    async def backing(self, nic: Nic) -> Any:
        """For a device's `backing`. Raises ManagedObjectGone."""
        return await self._known.get((nic.network_type, nic.network))

    def forget(self, nic: Nic) -> None:
        self._known.forget((nic.network_type, nic.network))

    async def _load(self, key: tuple[NetworkType, str]) -> Any:
        kind, moref = key
        network = self._session.reference(KINDS[kind], moref)
        steps = [TO_SWITCH] if kind == "DistributedVirtualPortgroup" else []
        found = await self._session.call(
            f"read the network {moref}",
            lambda: read_along(self._session.content, [network], WANTED, steps),
        )
        if moref not in found:
            raise ManagedObjectGone(f"There is no network {moref} (any more)")
        return backing_of(network, found)


def backing_of(network: Any, found: dict[str, Properties]) -> Any:
    facts = found[network._moId]
    if isinstance(network, PortGroup):
        switch = facts["config.distributedVirtualSwitch"]
        return Ethernet.DistributedVirtualPortBackingInfo(
            port=vim.dvs.PortConnection(
                portgroupKey=facts["key"], switchUuid=found[switch._moId]["uuid"]
            )
        )
    if isinstance(network, vim.OpaqueNetwork):
        summary = facts["summary"]
        return Ethernet.OpaqueNetworkBackingInfo(
            opaqueNetworkId=summary.opaqueNetworkId, opaqueNetworkType=summary.opaqueNetworkType
        )
    return Ethernet.NetworkBackingInfo(deviceName=facts["name"], network=network)
