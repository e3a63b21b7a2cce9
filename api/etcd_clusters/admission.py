"""Which documents are accepted: every fault, against itself, the inventory and the others."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from provisioner.bootstrap.etcd import check_payload
from provisioner.bootstrap.identity import ServiceAccess
from provisioner.domain.addresses import InvalidRange, parse_range
from provisioner.domain.etcd_clusters import KIND, shape
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.etcd_checks import check_etcd_cluster
from provisioner.domain.spec.etcd_cluster import MEMBERS, EtcdClusterSpec
from provisioner.domain.spec.reading import read
from provisioner.domain.spec.source_checks import check_source
from provisioner.store.image_choice import choose_templates
from provisioner.store.neighbours import Claim, Neighbourhood
from provisioner.store.sites import Site, faults_of_name, find_site


def admit(
    session: Session, org_id: int, body: object, access: ServiceAccess
) -> tuple[EtcdClusterSpec, Site]:
    """A new etcd cluster's document, and where it goes. Raises InvalidRequest with all faults."""
    found: list[tuple[EtcdClusterSpec, Site]] = []

    def checks(asked: EtcdClusterSpec) -> list[Fault]:
        choice = choose_templates(session, org_id, asked.vcenter, [shape(asked)])
        spec = asked.cloned_from(choice.templates)
        faults = [*check_source(asked.members, "members."), *choice.faults]
        faults += [*check_etcd_cluster(spec), *check_payload(spec, access)]
        faults += faults_of_name(session, org_id, KIND, spec.name)
        try:
            site = find_site(session, org_id, spec.vcenter, [shape(spec)])
        except InvalidRequest as err:
            return [*faults, *err.faults]
        found.append((spec, site))
        around = Neighbourhood(session, org_id, site)
        return [*faults, *site.faults, *around.faults_of(_claims(spec))]

    read(EtcdClusterSpec, body, checks)
    return found[-1]


def _claims(spec: EtcdClusterSpec) -> Iterator[Claim]:
    """Like VIPs: exactly these addresses, so nobody else may have one of them."""
    for index, text in enumerate(spec.members.addresses.ranges):
        try:
            addresses = parse_range(text)
        except InvalidRange:
            continue
        yield Claim(f"members.addresses.ranges.{index}", "vip", MEMBERS, addresses)
