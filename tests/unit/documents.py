"""Sound documents to start from."""

from collections.abc import Mapping
from typing import Any

from provisioner.domain.spec.cluster import ClusterSpec


def cluster_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "c1",
        "vcenter": "lab",
        "kubernetes": {"version": "1.35.0", "cni": "none"},
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


def rich_document() -> dict[str, Any]:
    """Sound, with every field given."""
    return cluster_document(
        kubernetes={
            "version": "1.35.0",
            "podCIDR": "10.244.0.0/16",
            "serviceCIDR": "10.96.0.0/16",
            "cni": "cilium",
            "kubeletConfiguration": {},
            "kubeProxyConfiguration": {},
            "ignorePreflightErrors": ["Swap"],
        },
        endpoint={"mode": "external", "vip": "10.0.0.10", "dnsName": "c1.example.org"},
        controlPlane={
            "size": 3,
            "schedulable": True,
            "vcpu": 4,
            "memoryMiB": 8192,
            "diskGiB": 40,
            "template": "debian-12-node",
            "addresses": addresses("10.0.0.11-10.0.0.19"),
            "placement": {"folder": "masters", "resourcePool": "production"},
        },
        bootstrap={
            "method": "kubeadm",
            "install": "packages",
            "packages": {
                "repository": "https://mirror.example.org/{minor}/deb/",
                "key": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n"
                "-----END PGP PUBLIC KEY BLOCK-----\n",
                "mirror": "https://mirror.example.org/debian/",
                "containerd": "containerd.io",
                "patch": "newest",
            },
        },
        sshKeys=["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"],
        proxy={"http": "http://proxy:3128", "https": "http://proxy:3128", "noProxy": ["a", "b"]},
        imageRegistry="registry.example.org:5000/mirror",
        imageRegistryLogin={"secret": "mirror"},
        storage={"secret": "csi", "policy": "gold"},
        addOns={
            "cniManifest": {"url": "https://mirror.example.org/cilium.yaml", "sha256": "a" * 64},
            "loadBalancer": {"enabled": True},
            "storageDriver": {"enabled": False},
        },
        loadBalancerRanges=["10.0.0.200-10.0.0.219", "10.0.0.224/29"],
        nodePools=[pool("pool1"), pool("pool2")],
    )


def pool(name: str = "pool1", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "size": 2,
        "vcpu": 2,
        "memoryMiB": 4096,
        "diskGiB": 20,
        "template": "debian-12-node",
        "labels": {"example.org/tier": "web", "zone": "a"},
        "taints": [{"key": "dedicated", "value": "web", "effect": "NoSchedule"}],
        "addresses": addresses("10.0.0.20-10.0.0.29", "10.0.0.40-10.0.0.49"),
        "placement": {"datastoreCluster": "storage", "networks": [{"name": "nodes"}]},
    } | changes


def addresses(*ranges: str, **changes: Any) -> dict[str, Any]:
    """Of 10.0.0.0/24, unless told otherwise."""
    given = {"prefixLength": 24, "gateway": "10.0.0.1", "nameservers": ["10.0.0.2", "10.0.0.3"]}
    return {"ranges": list(ranges)} | given | changes


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
