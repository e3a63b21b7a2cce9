"""The instance's metadata: who it is, and its network by MAC. It holds no secret."""

from ipaddress import ip_interface
from typing import Any, Protocol

from provisioner.bootstrap.model import NicConfig

# Of routes by other NICs than the first, whose leased ones have 100 (netplan) or 1024 (networkd).
_OTHERS_METRIC = 2048


class Instance(Protocol):
    """Whatever is made of a VM."""

    @property
    def node_name(self) -> str: ...
    @property
    def instance_id(self) -> str: ...
    @property
    def nics(self) -> tuple[NicConfig, ...]: ...


def metadata(node: Instance) -> dict[str, Any]:
    ethernets = {f"eth{index}": _ethernet(index, nic) for index, nic in enumerate(node.nics)}
    return {
        "instance-id": node.instance_id,
        "local-hostname": node.node_name,
        "network": {"version": 2, "ethernets": ethernets},
    }


def _ethernet(index: int, nic: NicConfig) -> dict[str, Any]:
    # Without set-name cloud-init's networkd renderer asks for a NIC that has the name already.
    matched: dict[str, Any] = {"match": {"macaddress": nic.mac.lower()}, "set-name": f"eth{index}"}
    if nic.address is None:
        # Clones of one template may share a machine-id, from which the default client id is made.
        leased = matched | {"dhcp4": True, "dhcp-identifier": "mac"}
        return leased | ({"dhcp4-overrides": {"route-metric": _OTHERS_METRIC}} if index else {})
    static = matched | {"dhcp4": False, "addresses": [nic.address]}
    routes = [{"to": str(route.to), "via": str(route.via)} for route in nic.routes]
    if nic.gateway is not None:
        everything = "::/0" if ip_interface(nic.address).version == 6 else "0.0.0.0/0"
        routes.append({"to": everything, "via": nic.gateway})
    if routes:
        static["routes"] = routes
    if nic.nameservers:
        static["nameservers"] = {"addresses": list(nic.nameservers)}
    return static
