"""Small clusters, each in addresses of its own."""

import itertools
from typing import Any

_networks = itertools.count(20)


def _placement() -> dict[str, Any]:
    return {
        "datacenter": "DC1",
        "resourcePool": "production",
        "datastoreCluster": "storage",
        "networks": [{"name": "nodes"}],
    }


def etcd_cluster(name: str) -> dict[str, Any]:
    network = f"127.77.{next(_networks)}"
    addresses = {"ranges": [f"{network}.31-{network}.33"], "prefixLength": 24}
    return {
        "name": name,
        "vcenter": "lab",
        "members": {"template": "debian-12-node", "addresses": addresses},
        "placement": _placement(),
    }


def cluster(name: str, *, masters: int = 1, workers: int = 1) -> dict[str, Any]:
    network = f"127.77.{next(_networks)}"
    addresses = {"ranges": [f"{network}.11-{network}.99"], "prefixLength": 24}
    group = {"template": "debian-12-node", "addresses": addresses}
    return {
        "name": name,
        "vcenter": "lab",
        "kubernetes": {"version": "1.35.0"},
        "endpoint": {"vip": f"{network}.10"},
        "placement": _placement(),
        "controlPlane": {"size": masters, **group},
        "nodePools": [{"name": "workers", "size": workers, **group}],
        "loadBalancerRanges": [f"{network}.200-{network}.210"],
    }


def load_balancer(name: str, **changes: Any) -> dict[str, Any]:
    """A pair whose service has two servers in the lab."""
    network = f"127.77.{next(_networks)}"
    check = {"type": "tcp", "inter": 2, "fastinter": 1, "downinter": 1}
    servers = [
        {"name": f"{name}-{one}", "address": f"{network}.{20 + one}", "port": 6443}
        for one in (1, 2)
    ]
    return {
        "name": name,
        "install": "packages",
        "members": [balancing_member(network, number) for number in (1, 2)],
        "vips": [{"name": "web", "address": f"{network}.10"}],
        "services": [
            {
                "name": "web",
                "vip": "web",
                "ports": [443],
                "pools": [{"name": "all", "servers": servers, "check": check}],
            }
        ],
    } | changes


def balancing_member(network: str, number: int) -> dict[str, Any]:
    return {
        "name": f"m{number}",
        "vcenter": "lab",
        "template": "debian-12-plain",
        "placement": {name: one for name, one in _placement().items() if name != "networks"},
        "networks": {"management": {"network": "nodes", "address": f"{network}.{10 + number}/24"}},
    }
