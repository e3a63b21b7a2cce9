"""Sound documents to start from."""

from collections.abc import Mapping
from typing import Any

from provisioner.domain.spec.cluster import ClusterSpec


def cluster_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "c1",
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


def cluster_spec(control_plane: int = 3, pools: Mapping[str, int] | None = None) -> ClusterSpec:
    wanted = {"pool1": 2} if pools is None else pools
    return ClusterSpec.model_validate(
        cluster_document(
            controlPlane={"size": control_plane, "template": "debian-12-node"},
            nodePools=[
                {"name": name, "size": size, "template": "debian-12-node"}
                for name, size in wanted.items()
            ],
        )
    )
