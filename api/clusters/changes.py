"""PATCH /clusters/{id}: the few fields that can change, and what is said about the others."""

from collections.abc import Callable
from typing import Any

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
from provisioner.domain.spec.endpoint import API_PORT, Endpoint, EndpointPorts, EndpointServices
from provisioner.domain.spec.image_registry import ImageRegistryLogin

_FIXED = "can't be changed; create another cluster"
# Of which some fields can change: as users write them, and as their model does.
_PARTS = {"controlPlane": "control_plane", "endpoint": "endpoint"}


class ControlPlaneChange(Document):
    size: ControlPlaneSize


class EndpointChange(Document):
    """Of a cluster on a load balancer pair; nodes and kubeconfigs know none of these."""

    ports: EndpointPorts = (API_PORT,)
    services: EndpointServices = ()


class ClusterChange(Document):
    """What is given replaces the field of the cluster; `null` removes proxy and login."""

    ssh_keys: SshKeys = ()
    proxy: Proxy | None = None
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs")
    load_balancer_ranges: LoadBalancerRanges = ()
    image_registry_login: ImageRegistryLogin | None = None
    control_plane: ControlPlaneChange | None = None
    endpoint: EndpointChange | None = None

    def applied(self, spec: ClusterSpec) -> ClusterSpec:
        changes = _given(self)
        for name in _PARTS.values():
            changes.pop(name, None)
            if part := getattr(self, name):
                changes[name] = getattr(spec, name).model_copy(update=_given(part))
        return spec.model_copy(update=changes)


def read_change(body: object, faults_of: Callable[[ClusterChange], list[Fault]]) -> ClusterChange:
    """Raises InvalidRequest with all faults; `faults_of` finds those that need the cluster."""

    def checks(change: ClusterChange) -> list[Fault]:
        faults = [
            Fault(field, "can't be removed; delete the cluster")
            for field, name in _PARTS.items()
            if name in change.model_fields_set and getattr(change, name) is None
        ]
        if change.endpoint and not change.endpoint.model_fields_set:
            faults.append(Fault("endpoint", "names nothing to change; give ports or services"))
        return [*faults_of(change), *faults]

    fixed = [_elsewhere(one) for one in fixed_fields(body, ClusterSpec, ClusterChange, _FIXED)]
    fixed += _fixed_within(body, "controlPlane", ControlPlane, ControlPlaneChange)
    fixed += _fixed_within(body, "endpoint", Endpoint, EndpointChange)
    return read_patch(ClusterChange, body, fixed, checks)


def _fixed_within(
    body: object, field: str, whole: type[Document], changeable: type[Document]
) -> list[Fault]:
    part = body.get(field) if isinstance(body, dict) else None
    inner = fixed_fields(part, whole, changeable, _FIXED)
    return [Fault(f"{field}.{fault.path}", fault.message) for fault in inner]


def _given(change: Document) -> dict[str, Any]:
    return {name: getattr(change, name) for name in change.model_fields_set}


def _elsewhere(fault: Fault) -> Fault:
    if fault.path != "addOns":
        return fault
    return Fault(fault.path, "is changed at /clusters/{id}/addons (pkectl cluster addon)")
