"""Which documents are accepted: every fault, against itself, the inventories and the others."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from sqlalchemy.orm import Session

from provisioner.bootstrap.identity import ServiceAccess
from provisioner.bootstrap.load_balancer import check_payload
from provisioner.domain.faults import Fault
from provisioner.domain.load_balancers import KIND, ROLE, LoadBalancerDocument, shapes
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_checks import check_load_balancer
from provisioner.domain.spec.reading import read
from provisioner.domain.spec.source_checks import check_source
from provisioner.store import (
    image_roles,
    load_balancer_estates,
    load_balancer_neighbours,
    load_balancer_users,
    secrets,
)
from provisioner.store.image_choice import choose_templates
from provisioner.store.load_balancer_estates import Estate
from provisioner.store.load_balancer_users import User
from provisioner.store.sites import faults_of_name
from provisioner.store.tables import Resource

S = TypeVar("S", bound=LoadBalancerSpec)


def admit(
    session: Session, org_id: int, body: object, access: ServiceAccess
) -> tuple[LoadBalancerDocument, Estate]:
    """A new pair's document, and where it goes. Raises InvalidRequest with all faults."""
    found: list[tuple[LoadBalancerDocument, Estate]] = []

    def checks(asked: LoadBalancerSpec) -> list[Fault]:
        spec, unmatched = with_images(session, org_id, asked)
        document = LoadBalancerDocument(**dict(spec))
        estate = load_balancer_estates.find_estate(session, org_id, spec)
        found.append((document, estate))
        around = load_balancer_neighbours.faults(session, org_id, spec, estate)
        return [
            *check_sources(asked),
            *unmatched,
            *faults_of_document(document, access),
            *faults_of_name(session, org_id, KIND, spec.name),
            *faults_of_secret(session, org_id, spec),
            *estate.faults,
            *faults_of_roles(session, spec, estate),
            *around,
        ]

    read(LoadBalancerSpec, body, checks)
    return found[-1]


def new_faults(
    session: Session,
    resource: Resource,
    before: LoadBalancerDocument,
    after: LoadBalancerDocument,
    access: ServiceAccess,
) -> list[Fault]:
    """What a change makes wrong. What was accepted once does not stand in its way."""
    found = set(faults_of_document(after, access)) - set(faults_of_document(before, access))
    users = load_balancer_users.users_of(session, resource)
    found |= set(_without_its_users(users, after))
    if places(before) != places(after):
        found |= _elsewhere(session, resource, users, (before, after))
    # Held last, as whoever creates something does.
    if after.stats != before.stats:
        found |= set(faults_of_secret(session, resource.org_id, after))
    return sorted(found)


def _without_its_users(users: Iterable[User], after: LoadBalancerDocument) -> Iterator[Fault]:
    """An unsound range is told by the document's own check."""
    reserved = load_balancer_neighbours.service_range(after)
    if after.service_range is not None and reserved is None:
        return
    for user in users:
        if reserved is None or user.vip not in reserved:
            advice = f"has to keep {user.vip}, the endpoint of cluster {user.resource.name}"
            yield Fault("serviceRange", advice)


def places(document: LoadBalancerDocument) -> tuple[object, ...]:
    """What inventories and leases are asked about; other changes cost no look at them."""
    return document.members, document.vips, document.service_range


def _elsewhere(
    session: Session,
    resource: Resource,
    users: Iterable[User],
    change: tuple[LoadBalancerDocument, LoadBalancerDocument],
) -> set[Fault]:
    """Nothing is leased where nobody knows the network: all members must be found, not only
    those that come.
    """
    org_id, known = resource.org_id, [user.resource.id for user in users]
    estates = [load_balancer_estates.find_estate(session, org_id, one) for one in change]
    before, after = (
        set(load_balancer_neighbours.faults(session, org_id, one, estate, resource.id, known))
        for one, estate in zip(change, estates, strict=True)
    )
    roles = faults_of_roles(session, change[1], estates[1])
    return {*estates[1].faults, *roles, *(after - before)}


def with_images(session: Session, org_id: int, spec: S) -> tuple[S, list[Fault]]:
    """With templates for the members that ask for an image and have none yet."""
    templates: dict[str, str] = {}
    faults: list[Fault] = []
    for shape in shapes(spec):
        choice = choose_templates(session, org_id, shape.vcenter or "", [shape])
        templates |= choice.templates
        faults += choice.faults
    return spec.cloned_from(templates), faults


def check_sources(spec: LoadBalancerSpec) -> Iterator[Fault]:
    for path, member in spec.paths():
        yield from check_source(member, f"{path}.")


def faults_of_roles(session: Session, spec: LoadBalancerSpec, estate: Estate) -> Iterator[Fault]:
    """Of templates that are known to lack what members run on."""
    for path, member in spec.paths() if spec.install == "image" else ():
        if place := estate.places.get(member.name):
            vcenter = estate.vcenters[member.name]
            role = image_roles.role_of(session, vcenter, place.template.moref)
            if role not in (None, ROLE):
                advice = f"is of an image for a {role}; choose one for a {ROLE}, or give "
                at = f"{path}.template"
                yield Fault(at, f"{advice}install: packages", rests_on=(at, "install"))


def faults_of_document(document: LoadBalancerDocument, access: ServiceAccess) -> list[Fault]:
    """Against itself. What is sound can be rendered, and only then its size is known."""
    return check_load_balancer(document) or list(check_payload(document, access))


def faults_of_secret(session: Session, org_id: int, spec: LoadBalancerSpec) -> list[Fault]:
    if spec.stats is None:
        return []
    name = spec.stats.secret
    return secrets.reference_faults(session, org_id, "stats.secret", name, "load-balancer")
