"""PATCH /clusters/{id}: the few fields that can change, and what is said about the others."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.cluster import ClusterSpec, Proxy, PublicKey
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.reading import read

_FIXED = "can't be changed; create another cluster"
_ONLY_PLANNED = "can only be planned so far: add ?dryRun=true"


class ControlPlaneChange(Document):
    size: Literal[1, 3, 5]


class ClusterChange(Document):
    """What is given replaces the field of the cluster; `proxy: null` removes the proxy."""

    ssh_keys: tuple[PublicKey, ...] = ()
    proxy: Proxy | None = None
    trusted_cas: tuple[str, ...] = Field(default=(), alias="trustedCAs")
    load_balancer_ranges: tuple[str, ...] = ()
    control_plane: ControlPlaneChange | None = None

    def applied(self, spec: ClusterSpec) -> ClusterSpec:
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        if self.control_plane:
            changes["control_plane"] = spec.control_plane.model_copy(
                update={"size": self.control_plane.size}
            )
        return spec.model_copy(update=changes)


def read_change(
    body: object, dry_run: bool, faults_of: Callable[[ClusterChange], list[Fault]]
) -> ClusterChange:
    """Raises InvalidRequest with all faults; `faults_of` finds those that need the cluster."""
    fixed, rest = _split(body)

    def checks(change: ClusterChange) -> list[Fault]:
        faults = faults_of(change)
        if change.control_plane and not dry_run:
            faults.append(Fault("controlPlane.size", _ONLY_PLANNED))
        return faults

    try:
        change = read(ClusterChange, rest, checks)
    except InvalidRequest as err:
        raise InvalidRequest(sorted([*fixed, *err.faults])) from None
    if not (fixed or change.model_fields_set):
        fixed = [Fault("", "names nothing to change")]
    if fixed:
        raise InvalidRequest(sorted(fixed))
    return change


def _split(body: object) -> tuple[list[Fault], object]:
    """Faults for the known fields that stay as they are, and what else there is."""
    if not isinstance(body, dict):
        return [], body
    fixed = _aliases(ClusterSpec) - _aliases(ClusterChange)
    faults = [Fault(name, _FIXED) for name in body if name in fixed]
    rest: dict[str, Any] = {key: value for key, value in body.items() if key not in fixed}
    control_plane = rest.get("controlPlane")
    if isinstance(control_plane, dict):
        kept = {key: value for key, value in control_plane.items() if key == "size"}
        faults += [Fault(f"controlPlane.{key}", _FIXED) for key in control_plane if key != "size"]
        rest["controlPlane"] = kept
    return faults, rest


def _aliases(kind: type[Document]) -> set[str]:
    return {field.alias or name for name, field in kind.model_fields.items()}
