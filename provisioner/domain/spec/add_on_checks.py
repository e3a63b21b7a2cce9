"""A cluster's add-ons against the rest of its document."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec

_MANIFEST = "addOns.cniManifest"
_BY_MANIFEST = ("calico", "cilium")


def check_add_ons(spec: ClusterSpec) -> Iterator[Fault]:
    plugin, manifest = spec.kubernetes.cni, spec.add_ons.cni_manifest
    fields = ("kubernetes.cni", _MANIFEST)
    if plugin in _BY_MANIFEST and manifest is None:
        advice = f"is needed by {plugin}: give url (or file) and sha256 of its manifest"
        yield Fault(_MANIFEST, advice, rests_on=fields)
    if plugin not in _BY_MANIFEST and manifest is not None:
        advice = f"is for calico and cilium only; this cluster has cni {plugin}"
        yield Fault(_MANIFEST, advice, rests_on=fields)
    if manifest is not None and (manifest.url is None) == (manifest.file is None):
        yield Fault(_MANIFEST, "give url or file, one of them", rests_on=(_MANIFEST,))
    if not spec.add_ons.storage_driver.enabled and spec.storage is None:
        advice = "there is no storage in this cluster's document, so nothing to switch off"
        yield Fault("addOns.storageDriver.enabled", advice, rests_on=("storage",))
