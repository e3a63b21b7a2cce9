"""What is asked for, to stand on the images that were built."""

from typing import Any

ADDRESS, VIP = "10.77.0.40", "10.77.0.140"


def load_balancer(name: str, image: str) -> dict[str, Any]:
    """One member, which leads to the lab's package server."""
    member = {
        "name": "one",
        "vcenter": "lab",
        "image": image,
        "memoryMiB": 1024,
        "placement": {"datacenter": "DC1", "cluster": "compute-1", "datastore": "local-1"},
        "networks": {
            "management": {
                "network": "nodes",
                "address": f"{ADDRESS}/24",
                "gateway": "10.77.0.1",
                "nameservers": ["10.77.0.1"],
            }
        },
    }
    servers = [{"name": "packages", "address": "10.77.0.1", "port": 80}]
    service = {
        "name": "packages",
        "vip": "packages",
        "ports": [80],
        "pools": [{"name": "all", "servers": servers, "check": {"type": "tcp", "inter": 2}}],
    }
    return {
        "name": name,
        "members": [member],
        "vips": [{"name": "packages", "address": VIP}],
        "services": [service],
    }
