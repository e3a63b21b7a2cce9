"""Whether what a cluster's document asks for fits into what its VMs can receive."""

from collections.abc import Iterable, Iterator

from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.errors import PayloadTooLarge
from provisioner.bootstrap.from_spec import (
    ALONE,
    Surroundings,
    largest_identity,
    node_bootstrap,
)
from provisioner.bootstrap.identity import ServiceAccess
from provisioner.bootstrap.spec_mark import spec_mark
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec, NodePool
from provisioner.domain.spec.machine import Machine

# A field and how many characters it holds.
Part = tuple[str, int]
_SHOWN = 8
_NOT_CARRIED = ("trustedCAs", "proxy.noProxy")


def check_payloads(
    spec: ClusterSpec, access: ServiceAccess, around: Surroundings = ALONE
) -> Iterator[Fault]:
    """Pure: renders what each group's nodes would get, with a token of nobody.

    A pool that repeats another's labels and taints gets the same and is measured once.
    """
    yield from list(_user_data(spec, access, around)) or _mark(spec)


def _user_data(spec: ClusterSpec, access: ServiceAccess, around: Surroundings) -> Iterator[Fault]:
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
            own_parts = _of_group(path, group)
            told = "a node would receive {size} bytes, packed, and a VM takes {limit}"
            yield _fault(path, [*_of_all(spec), *own_parts], told, err)
            if own is None:
                return  # All nodes share what masters get.


def _mark(spec: ClusterSpec) -> Iterator[Fault]:
    try:
        spec_mark(spec)
    except PayloadTooLarge as err:
        pools = [part for path, group in spec.paths() for part in _of_group(path, group)]
        told = "the document is {size} bytes, packed, and masters' VMs carry {limit} of it"
        carried = [part for part in _of_all(spec) if part[0] not in _NOT_CARRIED]
        yield _fault("nodePools", [*carried, *pools], told, err)


def _fault(path: str, parts: Iterable[Part], told: str, err: PayloadTooLarge) -> Fault:
    """Laid to the largest of the parts that users write freely."""
    sized = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
    largest = sized[0][0] if sized else path
    listed = ", ".join(f"{field} {size}" for field, size in sorted(sized[:_SHOWN]))
    advice = (
        f"too large: {told.format(size=err.size, limit=err.limit)}; "
        f"shorten this or another of (in characters): {listed}"
    )
    return Fault(largest, advice, rests_on=tuple(field for field, _ in sized))


def _of_all(spec: ClusterSpec) -> Iterator[Part]:
    yield "sshKeys", sum(map(len, spec.ssh_keys))
    yield "trustedCAs", sum(map(len, spec.trusted_cas))
    yield "proxy.noProxy", sum(map(len, spec.proxy.no_proxy)) if spec.proxy else 0
    packages = spec.bootstrap.packages
    yield "bootstrap.packages.key", len(packages.key or "") if packages else 0
    overlays = spec.kubernetes.model_dump(mode="json", by_alias=True)
    for name in ("kubeletConfiguration", "kubeProxyConfiguration"):
        yield f"kubernetes.{name}", len(str(overlays[name] or ""))


def _of_group(path: str, group: Machine) -> Iterator[Part]:
    if isinstance(group, NodePool):
        labels = (len(key) + len(value) for key, value in group.labels.items())
        yield f"{path}.labels", sum(labels)
        yield f"{path}.taints", sum(len(one.key) + len(one.value) for one in group.taints)
