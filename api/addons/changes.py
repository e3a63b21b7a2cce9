"""PATCH /clusters/{id}/addons: what can be switched and set, and words for what can't."""

from collections.abc import Callable

from pydantic import Field

from api.patches import read_patch
from provisioner.domain.faults import Fault
from provisioner.domain.spec.add_ons import AddOns, CniManifest, LoadBalancerAddOn
from provisioner.domain.spec.add_ons import StorageDriverAddOn as StorageDriver
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.document import Document, Label

_KUBEADMS = "comes with kubeadm and can't be changed here"
_NO_STORAGE = "this cluster was made without storage, and gets none later"
_NO_RANGES = "it needs addresses to give: change loadBalancerRanges of the cluster first"
_STORAGE = "comes and stays with the cluster; only its secret can be another one"
_FIXED = {
    "cni": "the network plugin is chosen when the cluster is made; its manifest is cniManifest",
    "cloudProvider": "comes and stays with storage: kubelets were started for it",
    "dns": _KUBEADMS,
    "proxy": _KUBEADMS,
}


class StorageChange(Document):
    """Another account for vSphere's programs in the cluster."""

    secret: Label


class AddOnsChange(Document):
    """What is given replaces that part of `addOns`, or the account of `storage`."""

    cni_manifest: CniManifest | None = None
    load_balancer: LoadBalancerAddOn = Field(default_factory=LoadBalancerAddOn)
    storage_driver: StorageDriver = Field(default_factory=StorageDriver)
    storage: StorageChange | None = None

    def applied(self, spec: ClusterSpec) -> ClusterSpec:
        given = {name: getattr(self, name) for name in self.model_fields_set - {"storage"}}
        changed: AddOns = spec.add_ons.model_copy(update=given)
        storage = spec.storage
        if storage and self.storage:
            storage = storage.model_copy(update={"secret": self.storage.secret})
        return spec.model_copy(update={"add_ons": changed, "storage": storage})


def read_change(
    body: object, spec: ClusterSpec, faults_of: Callable[[ClusterSpec], list[Fault]]
) -> ClusterSpec:
    """The cluster as it is to be. Raises InvalidRequest with all faults, in this body's paths."""

    def checks(change: AddOnsChange) -> list[Fault]:
        faults = [_here(fault) for fault in faults_of(change.applied(spec))]
        return faults + _faults_of_the_absent(change, spec)

    given = body if isinstance(body, dict) else {}
    fixed = [Fault(name, advice) for name, advice in _FIXED.items() if name in given]
    return read_patch(AddOnsChange, body, fixed, checks).applied(spec)


def _faults_of_the_absent(change: AddOnsChange, spec: ClusterSpec) -> list[Fault]:
    """What would be accepted, and change nothing."""
    given, found = change.model_fields_set, []
    if "storage" in given and spec.storage is None:
        found.append(Fault("storage", _NO_STORAGE))
    elif "storage" in given and change.storage is None:
        found.append(Fault("storage", _STORAGE))
    if "storage_driver" in given and change.storage_driver.enabled and spec.storage is None:
        found.append(Fault("storageDriver.enabled", _NO_STORAGE))
    if "load_balancer" in given and change.load_balancer.enabled and not spec.load_balancer_ranges:
        found.append(Fault("loadBalancer.enabled", _NO_RANGES))
    return found


def _here(fault: Fault) -> Fault:
    return Fault(fault.path.removeprefix("addOns."), fault.message)
