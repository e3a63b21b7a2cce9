"""PATCH /clusters/{id}/addons: what can be switched and set, and words for what can't."""

from collections.abc import Callable

from pydantic import Field

from api.patches import read_patch
from provisioner.domain.faults import Fault
from provisioner.domain.spec.add_ons import AddOns, CniManifest, LoadBalancerAddOn
from provisioner.domain.spec.add_ons import StorageDriverAddOn as StorageDriver
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.document import Document

_KUBEADMS = "comes with kubeadm and can't be changed here"
_FIXED = {
    "cni": "the network plugin is chosen when the cluster is made; its manifest is cniManifest",
    "cloudProvider": "comes and stays with storage: kubelets were started for it",
    "dns": _KUBEADMS,
    "proxy": _KUBEADMS,
}


class AddOnsChange(Document):
    """What is given replaces that part of `addOns`."""

    cni_manifest: CniManifest | None = None
    load_balancer: LoadBalancerAddOn = Field(default_factory=LoadBalancerAddOn)
    storage_driver: StorageDriver = Field(default_factory=StorageDriver)

    def applied(self, spec: ClusterSpec) -> ClusterSpec:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        changed: AddOns = spec.add_ons.model_copy(update=given)
        return spec.model_copy(update={"add_ons": changed})


def read_change(body: object, faults_of: Callable[[AddOnsChange], list[Fault]]) -> AddOnsChange:
    """Raises InvalidRequest with all faults, their paths those of this body."""

    def checks(change: AddOnsChange) -> list[Fault]:
        return [_here(fault) for fault in faults_of(change)]

    given = body if isinstance(body, dict) else {}
    fixed = [Fault(name, advice) for name, advice in _FIXED.items() if name in given]
    return read_patch(AddOnsChange, body, fixed, checks)


def _here(fault: Fault) -> Fault:
    return Fault(fault.path.removeprefix("addOns."), fault.message)
