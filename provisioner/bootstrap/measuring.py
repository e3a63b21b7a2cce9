"""Whether what a cluster's document asks for fits into what its VMs can receive."""

from collections.abc import Iterator

from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.errors import PayloadTooLarge
from provisioner.bootstrap.from_spec import (
    ALONE,
    Surroundings,
    largest_identity,
    node_bootstrap,
)
from provisioner.bootstrap.identity import ServiceAccess
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec, NodePool


def check_payloads(
    spec: ClusterSpec, access: ServiceAccess, around: Surroundings = ALONE
) -> Iterator[Fault]:
    """Pure: renders what each group's nodes would get, with a token of nobody.

    A pool that repeats another's labels and taints gets the same and is measured once.
    """
    seen = []
    for path, group in spec.paths():
        own = (group.labels, group.taints) if isinstance(group, NodePool) else None
        if own in seen:
            continue
        seen.append(own)
        name = group.name if isinstance(group, NodePool) else CONTROL_PLANE
        identity = largest_identity(spec, name)
        try:
            ChosenBootstrapper().render(node_bootstrap(spec, name, identity, access, around))
        except PayloadTooLarge as err:
            yield _fault(spec, path, err)
            if own is None:
                return  # All nodes share what masters get.


def _fault(spec: ClusterSpec, path: str, err: PayloadTooLarge) -> Fault:
    """Laid to the largest of the parts that users write freely."""
    parts = {field: size for field, size in _parts(spec, path) if size}
    largest = max(parts, key=lambda field: parts[field], default=path)
    listed = ", ".join(f"{field} {size}" for field, size in sorted(parts.items()))
    advice = (
        f"too large: a node would receive {err.size} bytes, packed, and a VM takes {err.limit}; "
        f"shorten this or another of (in characters): {listed}"
    )
    return Fault(largest, advice, rests_on=tuple(parts))


def _parts(spec: ClusterSpec, path: str) -> Iterator[tuple[str, int]]:
    yield "sshKeys", sum(map(len, spec.ssh_keys))
    yield "trustedCAs", sum(map(len, spec.trusted_cas))
    yield "proxy.noProxy", sum(map(len, spec.proxy.no_proxy)) if spec.proxy else 0
    packages = spec.bootstrap.packages
    yield "bootstrap.packages.key", len(packages.key or "") if packages else 0
    overlays = spec.kubernetes.model_dump(mode="json", by_alias=True)
    for name in ("kubeletConfiguration", "kubeProxyConfiguration"):
        yield f"kubernetes.{name}", len(str(overlays[name] or ""))
    for at, group in spec.paths():
        if at == path and isinstance(group, NodePool):
            yield (
                f"{path}.labels",
                sum(len(key) + len(value) for key, value in group.labels.items()),
            )
            yield f"{path}.taints", sum(len(one.key) + len(one.value) for one in group.taints)
