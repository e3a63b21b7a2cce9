"""Which documents are accepted: every fault, against itself, the inventory and the others."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from provisioner.bootstrap.identity import ServiceAccess
from provisioner.bootstrap.load_balancer import check_payload
from provisioner.bootstrap.measuring import check_payloads
from provisioner.domain.cluster_endpoints import endpoint_of, largest_backing
from provisioner.domain.clusters import shapes
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.reading import read
from provisioner.domain.spec.source_checks import check_source, check_versions
from provisioner.store import add_ons, etcd_clusters, image_registries, load_balancers
from provisioner.store.clusters import faults_of_name, find_site
from provisioner.store.image_choice import choose_templates
from provisioner.store.load_balancer_endpoints import find, with_vip
from provisioner.store.neighbours import Neighbourhood
from provisioner.store.sites import Site
from provisioner.store.tables import Resource


def admit(
    session: Session, org_id: int, body: object, access: ServiceAccess
) -> tuple[ClusterSpec, Site]:
    """A new cluster's document, and where it goes. Raises InvalidRequest with all faults."""
    found: list[tuple[ClusterSpec, Site]] = []

    def checks(asked: ClusterSpec) -> list[Fault]:
        # Its pair before images, as whoever changes a pair locks them.
        reachable, unreachable = with_vip(session, org_id, asked)
        spec, unmatched = with_images(session, org_id, reachable)
        faults = [*check_sources(asked), *unmatched, *check(spec), *check_payloads(spec, access)]
        faults += [*unreachable, *_faults_of_room(session, org_id, spec, access)]
        faults += faults_of_name(session, org_id, spec)
        faults += etcd_clusters.faults_of_use(session, org_id, spec)
        faults += add_ons.faults_of_storage(session, org_id, spec)
        faults += image_registries.faults_of_login(session, org_id, spec)
        try:
            site = find_site(session, org_id, spec)
        except InvalidRequest as err:
            return [*faults, *err.faults]
        found.append((spec, site))
        return [*faults, *site.faults, *Neighbourhood(session, org_id, site).faults(spec)]

    read(ClusterSpec, body, checks)
    return found[-1]


def _faults_of_room(
    session: Session, org_id: int, spec: ClusterSpec, access: ServiceAccess
) -> Iterator[Fault]:
    """Whether its pair's members could be told of the cluster at its full size."""
    endpoint = spec.endpoint
    pair = find(session, org_id, endpoint.pair) if endpoint.pair and endpoint.vip else None
    if pair is None:
        return
    document = load_balancers.document_of(session, pair)
    carried = document.carrying(endpoint_of(spec, largest_backing(spec)))
    for fault in check_payload(carried, access):
        yield Fault("endpoint.loadBalancer", f"{pair.name} is full: {fault.message}")


def with_images(
    session: Session, org_id: int, spec: ClusterSpec
) -> tuple[ClusterSpec, tuple[Fault, ...]]:
    """With templates for the groups that ask for an image and have none yet."""
    choice = choose_templates(session, org_id, spec.vcenter, shapes(spec))
    return spec.cloned_from(choice.templates), choice.faults


def check_sources(spec: ClusterSpec) -> Iterator[Fault]:
    for path, group in spec.paths():
        yield from check_source(group, f"{path}.")
    yield from check_versions(spec)


def new_faults(
    session: Session,
    resource: Resource,
    before: ClusterSpec,
    after: ClusterSpec,
    access: ServiceAccess,
) -> list[Fault]:
    """What a change makes wrong. What was accepted once does not stand in its way."""
    org_id, own = resource.org_id, resource.id
    found = set(check(after)) - set(check(before))
    if heavy := set(check_payloads(after, access)):
        found |= heavy - set(check_payloads(before, access))
    if full := set(_faults_of_room(session, org_id, after, access)):
        found |= full - set(_faults_of_room(session, org_id, before, access))
    if not _only_sizes(before, after):
        around = [
            {*site.faults, *Neighbourhood(session, org_id, site, own).faults(spec)}
            for spec in (before, after)
            for site in [find_site(session, org_id, spec)]
        ]
        found |= around[1] - around[0]
    return sorted(found)


def _only_sizes(before: ClusterSpec, after: ClusterSpec) -> bool:
    """Sizes ask nothing of the inventory, so the commonest change costs no look at it."""
    return _without_sizes(before) == _without_sizes(after)


def _without_sizes(spec: ClusterSpec) -> tuple[object, ...]:
    groups = {name: group.model_copy(update={"size": 1}) for name, group in spec.groups().items()}
    return groups, spec.load_balancer_ranges
