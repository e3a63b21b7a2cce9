"""Which add-ons a cluster is to have, in which versions, and what makes one due again."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from provisioner.domain.spec.cluster import ClusterSpec

CNI, LOAD_BALANCER = "cni", "load-balancer"
CLOUD_PROVIDER, STORAGE_DRIVER = "cloud-provider", "storage-driver"
# Ours come and go by tasks of these names. The others are kubeadm's: looked at, never touched.
MANAGED = (CNI, CLOUD_PROVIDER, STORAGE_DRIVER, LOAD_BALANCER)
OF_KUBEADM = ("dns", "proxy")

# Raised when the objects of an add-on are rendered differently: living clusters get them anew.
RENDERING = 1

FLANNEL, FLANNEL_PLUGIN, METALLB = "v0.26.7", "v1.6.2-flannel1", "v0.15.2"
CSI = "v3.7.1"
# The cloud provider follows Kubernetes minor by minor.
_CLOUD_PROVIDERS = {
    31: "v1.31.1",
    32: "v1.32.2",
    33: "v1.33.0",
    34: "v1.34.0",
    35: "v1.35.1",
    36: "v1.36.0",
    37: "v1.37.0",
}
_OPERATORS = "the manifest's"


@dataclass(frozen=True)
class Wish:
    """One add-on as a document asks for it. `removed`: whatever of it is there has to go.

    `version` is None while the program is kubeadm's: its image tells.
    """

    name: str
    program: str
    version: str | None
    removed: bool = False


def cloud_provider_version(kubernetes: str) -> str:
    """Of the nearest minor release that has one."""
    minor = int(kubernetes.split(".")[1])
    nearest = min(_CLOUD_PROVIDERS, key=lambda known: (abs(known - minor), -known))
    return _CLOUD_PROVIDERS[nearest]


def wishes(spec: ClusterSpec) -> tuple[Wish, ...]:
    """Ours, in the order in which they are worth starting."""
    found = []
    if spec.kubernetes.cni != "none":
        found.append(_cni(spec))
    # pke's Kubernetes has both of these within.
    if spec.storage and spec.bootstrap.method == "kubeadm":
        version = cloud_provider_version(spec.kubernetes.version)
        found.append(Wish(CLOUD_PROVIDER, "vsphere-cpi", version))
        kept = spec.add_ons.storage_driver.enabled
        found.append(Wish(STORAGE_DRIVER, "vsphere-csi", CSI, removed=not kept))
    kept = spec.add_ons.load_balancer.enabled and bool(spec.load_balancer_ranges)
    found.append(Wish(LOAD_BALANCER, "metallb", METALLB, removed=not kept))
    return tuple(found)


def why_absent(spec: ClusterSpec, name: str) -> str | None:
    """What of the document keeps the add-on out; None: nothing does."""
    found = wish(spec, name)
    if found and not found.removed:
        return None
    if name == CNI:
        return "kubernetes.cni is none"
    if name == LOAD_BALANCER:
        return _off(enabled=spec.add_ons.load_balancer.enabled) or "there are no loadBalancerRanges"
    if spec.storage is None:
        return "the cluster's document has no storage"
    return "it is part of pke's Kubernetes" if found is None else _off(enabled=False)


def _off(*, enabled: bool) -> str | None:
    return None if enabled else "it is switched off"


def wish(spec: ClusterSpec, name: str) -> Wish | None:
    return next((one for one in wishes(spec) if one.name == name), None)


def key(spec: ClusterSpec, wish: Wish) -> str:
    """Changes with whatever the add-on's objects are made of."""
    told = [RENDERING, wish.program, wish.version, wish.removed]
    if not wish.removed:
        told.append(_configuration(spec, wish.name))
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _cni(spec: ClusterSpec) -> Wish:
    plugin = spec.kubernetes.cni
    return Wish(CNI, plugin, FLANNEL if plugin == "flannel" else _OPERATORS)


def _configuration(spec: ClusterSpec, name: str) -> list[Any]:
    manifest = spec.add_ons.cni_manifest
    endpoint = [spec.api_host, spec.endpoint.vip]
    sources: dict[str, list[Any]] = {
        CNI: [spec.kubernetes.pod_cidr, spec.api_host, manifest and manifest.sha256],
        CLOUD_PROVIDER: [spec.storage and spec.storage.secret, *endpoint],
        STORAGE_DRIVER: [spec.storage and spec.storage.model_dump(), spec.control_plane.size],
        LOAD_BALANCER: [*spec.load_balancer_ranges, spec.control_plane.schedulable],
    }
    return [spec.image_registry, *sources[name]]
