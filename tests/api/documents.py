"""Sound documents to start from."""

from typing import Any


def cluster(name: str = "demo", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "vcenter": "lab",
        "kubernetes": {"version": "1.35.0"},
        "endpoint": {"vip": "10.0.0.10"},
        "controlPlane": {"size": 3, "template": "debian-12-node"},
        "placement": {
            "datacenter": "DC1",
            "cluster": "compute-1",
            "datastore": "local-1",
            "networks": [{"name": "nodes"}],
        },
        "nodePools": [{"name": "pool1", "size": 2, "template": "debian-12-node"}],
    } | changes


def pool(name: str = "pool2", **changes: Any) -> dict[str, Any]:
    return {"name": name, "size": 2, "template": "debian-12-node"} | changes
