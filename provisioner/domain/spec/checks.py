"""A cluster's document against itself: names, placements and certificates."""

from collections.abc import Iterator

from provisioner.domain.clusters import TASKS
from provisioner.domain.faults import Fault
from provisioner.domain.naming import MAX_HOSTNAME, longest_node_name
from provisioner.domain.progress import MACHINES
from provisioner.domain.spec.add_on_checks import check_add_ons
from provisioner.domain.spec.address_checks import check_addresses
from provisioner.domain.spec.authority_checks import check_authorities
from provisioner.domain.spec.bootstrap_checks import check_bootstrap
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.domain.spec.endpoint_checks import check_endpoint
from provisioner.domain.spec.external_etcd_checks import check_external_etcd
from provisioner.domain.spec.image_registry_checks import check_image_registry
from provisioner.domain.spec.kubernetes_checks import check_kubernetes
from provisioner.domain.spec.label_checks import check_labels
from provisioner.domain.spec.placement_checks import check_placement


def check(spec: ClusterSpec) -> list[Fault]:
    return [
        *_names(spec),
        *check_endpoint(spec),
        *_placements(spec),
        *check_bootstrap(spec),
        *check_kubernetes(spec),
        *check_addresses(spec),
        *check_labels(spec),
        *check_add_ons(spec),
        *check_image_registry(spec),
        *check_authorities(spec.trusted_cas),
        *check_external_etcd(spec),
    ]


def _names(spec: ClusterSpec) -> Iterator[Fault]:
    yield from _length(spec, CONTROL_PLANE, "name")
    # Groups and tasks are steps of one operation, which is told them by name.
    seen = dict.fromkeys((CONTROL_PLANE, MACHINES, *TASKS), "")
    for index, pool in enumerate(spec.node_pools):
        path = f"nodePools.{index}.name"
        if pool.name in seen:
            advice = f"{pool.name!r} is taken by another group or step; choose another name"
            yield Fault(path, advice, rests_on=(path, seen[pool.name] or path))
        seen.setdefault(pool.name, path)
        yield from _length(spec, pool.name, path)


def _length(spec: ClusterSpec, group: str, path: str) -> Iterator[Fault]:
    over = longest_node_name(spec.name, group) - MAX_HOSTNAME
    if over > 0:
        advice = f"makes hostnames longer than {MAX_HOSTNAME}; shorten by {over} characters"
        yield Fault(path, advice, rests_on=("name", path))


def _placements(spec: ClusterSpec) -> Iterator[Fault]:
    yield from check_placement(spec.placement, "placement", whole=True)
    for path, group in spec.paths():
        if group.placement:
            yield from check_placement(group.placement, f"{path}.placement", whole=False)
