"""The instance's metadata: who it is, and its network by MAC. It holds no secret."""

from ipaddress import ip_interface
from typing import Any

from provisioner.bootstrap.model import NicConfig, NodeBootstrap


def metadata(node: NodeBootstrap) -> dict[str, Any]:
    ethernets = {f"nic{index}": _ethernet(nic) for index, nic in enumerate(node.nics)}
    return {
        "instance-id": node.instance_id,
        "local-hostname": node.node_name,
        "network": {"version": 2, "ethernets": ethernets},
    }


def _ethernet(nic: NicConfig) -> dict[str, Any]:
    matched: dict[str, Any] = {"match": {"macaddress": nic.mac.lower()}}
    if nic.address is None:
        # Clones of one template may share a machine-id, from which the default client id is made.
        return matched | {"dhcp4": True, "dhcp-identifier": "mac"}
    static = matched | {"dhcp4": False, "addresses": [nic.address]}
    if nic.gateway is not None:
        everything = "::/0" if ip_interface(nic.address).version == 6 else "0.0.0.0/0"
        static["routes"] = [{"to": everything, "via": nic.gateway}]
    if nic.nameservers:
        static["nameservers"] = {"addresses": list(nic.nameservers)}
    return static
