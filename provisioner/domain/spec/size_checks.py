"""What users give freely has to fit into what a VM can receive with its clone."""

from collections.abc import Iterable, Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec, ControlPlane, NodePool

# Packed, this much of the least compressible text (certificates) and all we add ourselves stay
# below the 60 KiB of guestinfo that are safe.
_LIMIT = 40 * 1024
_SHARED = ("sshKeys", "trustedCAs", "proxy.noProxy")


def check_sizes(spec: ClusterSpec) -> Iterator[Fault]:
    shared = sum(map(len, (*spec.ssh_keys, *spec.trusted_cas)))
    shared += sum(map(len, spec.proxy.no_proxy)) if spec.proxy else 0
    if shared > _LIMIT:
        yield _too_large(shared, _SHARED)
        return
    for path, group in spec.paths():
        own = _own(group)
        if shared + own > _LIMIT:
            advice = f"are {own} characters with the taints; at most {_LIMIT - shared} fit"
            fields = (f"{path}.labels", f"{path}.taints", *_SHARED)
            yield Fault(f"{path}.labels", advice, rests_on=fields)


def check_shared(texts: Iterable[str], fields: tuple[str, ...]) -> Iterator[Fault]:
    """What every node of a resource receives. `fields`: where its users gave it."""
    size = sum(map(len, texts))
    if size > _LIMIT:
        yield _too_large(size, fields)


def _too_large(size: int, fields: tuple[str, ...]) -> Fault:
    advice = f"{', '.join(fields)} are {size} characters together; at most {_LIMIT} fit"
    return Fault("trustedCAs", advice, rests_on=fields)


def _own(group: ControlPlane | NodePool) -> int:
    if isinstance(group, ControlPlane):
        return 0
    labels = sum(len(key) + len(value) for key, value in group.labels.items())
    return labels + sum(len(taint.key) + len(taint.value) for taint in group.taints)
