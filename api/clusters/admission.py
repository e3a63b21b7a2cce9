"""Which documents are accepted: every fault, against itself, the inventory and the others."""

from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.reading import read
from provisioner.store.clusters import Site, faults_of_name, find_site
from provisioner.store.neighbours import Neighbourhood


def admit(session: Session, org_id: int, body: object) -> tuple[ClusterSpec, Site]:
    """A new cluster's document, and where it goes. Raises InvalidRequest with all faults."""
    sites: list[Site] = []

    def checks(spec: ClusterSpec) -> list[Fault]:
        faults = [*check(spec), *faults_of_name(session, org_id, spec)]
        try:
            site = find_site(session, org_id, spec)
        except InvalidRequest as err:
            return [*faults, *err.faults]
        sites.append(site)
        return [*faults, *site.faults, *Neighbourhood(session, org_id, site).faults(spec)]

    spec = read(ClusterSpec, body, checks)
    return spec, sites[-1]


def new_faults(
    session: Session, org_id: int, own: str, before: ClusterSpec, after: ClusterSpec
) -> list[Fault]:
    """What a change makes wrong. What was accepted once does not stand in its way."""
    found = set(check(after)) - set(check(before))
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
