"""Which documents are accepted: every fault, against itself, the inventory and the others."""

from sqlalchemy.orm import Session

from provisioner.bootstrap.from_spec import ServiceAccess
from provisioner.bootstrap.measuring import check_payloads
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.reading import read
from provisioner.store import add_ons, etcd_clusters
from provisioner.store.clusters import faults_of_name, find_site
from provisioner.store.neighbours import Neighbourhood
from provisioner.store.sites import Site
from provisioner.store.tables import Resource


def admit(
    session: Session, org_id: int, body: object, access: ServiceAccess
) -> tuple[ClusterSpec, Site]:
    """A new cluster's document, and where it goes. Raises InvalidRequest with all faults."""
    sites: list[Site] = []

    def checks(spec: ClusterSpec) -> list[Fault]:
        faults = [*check(spec), *check_payloads(spec, access)]
        faults += faults_of_name(session, org_id, spec)
        faults += etcd_clusters.faults_of_use(session, org_id, spec)
        faults += add_ons.faults_of_storage(session, org_id, spec)
        try:
            site = find_site(session, org_id, spec)
        except InvalidRequest as err:
            return [*faults, *err.faults]
        sites.append(site)
        return [*faults, *site.faults, *Neighbourhood(session, org_id, site).faults(spec)]

    spec = read(ClusterSpec, body, checks)
    return spec, sites[-1]


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
