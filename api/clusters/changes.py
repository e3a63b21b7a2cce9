"""PATCH /clusters/{id}: the few fields that can change, and what is said about the others."""

from collections.abc import Callable

from pydantic import Field

from api.patches import fixed_fields, read_patch
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import (
    ClusterSpec,
    ControlPlane,
    ControlPlaneSize,
    LoadBalancerRanges,
    Proxy,
    SshKeys,
    TrustedCAs,
)
from provisioner.domain.spec.document import Document

_FIXED = "can't be changed; create another cluster"


class ControlPlaneChange(Document):
    size: ControlPlaneSize


class ClusterChange(Document):
    """What is given replaces the field of the cluster; `proxy: null` removes the proxy."""

    ssh_keys: SshKeys = ()
    proxy: Proxy | None = None
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs")
    load_balancer_ranges: LoadBalancerRanges = ()
    control_plane: ControlPlaneChange | None = None

    def applied(self, spec: ClusterSpec) -> ClusterSpec:
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        changes.pop("control_plane", None)
        if self.control_plane:
            size = {"size": self.control_plane.size}
            changes["control_plane"] = spec.control_plane.model_copy(update=size)
        return spec.model_copy(update=changes)


def read_change(body: object, faults_of: Callable[[ClusterChange], list[Fault]]) -> ClusterChange:
    """Raises InvalidRequest with all faults; `faults_of` finds those that need the cluster."""

    def checks(change: ClusterChange) -> list[Fault]:
        faults = faults_of(change)
        if "control_plane" in change.model_fields_set and change.control_plane is None:
            faults.append(Fault("controlPlane", "can't be removed; delete the cluster"))
        return faults

    fixed = [_elsewhere(one) for one in fixed_fields(body, ClusterSpec, ClusterChange, _FIXED)]
    control_plane = body.get("controlPlane") if isinstance(body, dict) else None
    inner = fixed_fields(control_plane, ControlPlane, ControlPlaneChange, _FIXED)
    fixed += [Fault(f"controlPlane.{fault.path}", fault.message) for fault in inner]
    return read_patch(ClusterChange, body, fixed, checks)


def _elsewhere(fault: Fault) -> Fault:
    if fault.path != "addOns":
        return fault
    return Fault(fault.path, "is changed at /clusters/{id}/addons (pkectl cluster addon)")
