"""A sound etcd cluster's document to start from."""

from typing import Any

from tests.unit.documents import addresses, cluster_document


def etcd_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "e1",
        "vcenter": "lab",
        "members": {
            "template": "debian-12-node",
            "addresses": addresses("10.0.0.31-10.0.0.33"),
        },
        "placement": cluster_document()["placement"],
    } | changes


def with_addresses(*ranges: str) -> dict[str, Any]:
    return etcd_document(members={"template": "debian-12-node", "addresses": addresses(*ranges)})
