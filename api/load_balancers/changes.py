"""PATCH /loadbalancers/{id}: what can change, and what follows for what was decided since."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from api.load_balancers.members import completed, faults_of_members
from api.patches import fixed_fields, read_patch
from provisioner.domain.faults import Fault
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.domain.spec.cluster import SshKeys, TrustedCAs
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.load_balancer import (
    Firewall,
    LoadBalancerSpec,
    Member,
    Stats,
    Vip,
    Vrrp,
)
from provisioner.domain.spec.load_balancer_services import Service, Timeouts

_FIXED = "can't be changed; create another load balancer"


class LoadBalancerChange(Document):
    """What is given replaces the field of the load balancer; null takes away what may be missing.

    `members`: all that are to be there. Of one that stays its `name` will do, and what is to be
    otherwise; a service without `active` goes on with the server it has.
    """

    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=2)] = ()
    vips: Annotated[tuple[Vip, ...], Field(max_length=64)] = ()
    failback: Literal["auto", "manual"] = "auto"
    vrrp: Vrrp = Field(default_factory=Vrrp)
    services: Annotated[tuple[Service, ...], Field(max_length=128)] = ()
    stats: Stats | None = None
    firewall: Firewall = Field(default_factory=Firewall)
    service_range: str | None = None
    timeouts: Timeouts = Field(default_factory=Timeouts)
    ssh_keys: SshKeys = ()
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs")

    def applied(self, known: LoadBalancerDocument) -> LoadBalancerDocument:
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        if "services" in changes:
            changes["services"] = tuple(_going_on(one, known) for one in self.services)
        return _consistent(known.model_copy(update=changes))


def read_change(
    body: object,
    known: LoadBalancerDocument,
    faults_of: Callable[[LoadBalancerDocument], list[Fault]],
) -> LoadBalancerDocument:
    """As it is to become. Raises InvalidRequest with all faults."""

    def checks(change: LoadBalancerChange) -> list[Fault]:
        faults = faults_of(change.applied(known))
        if "members" in change.model_fields_set:
            faults += faults_of_members(known, change.members)
        return faults

    fixed = fixed_fields(body, LoadBalancerSpec, LoadBalancerChange, _FIXED)
    whole = completed(body, known)
    return read_patch(LoadBalancerChange, whole, fixed, checks).applied(known)


def _going_on(given: Service, known: LoadBalancerDocument) -> Service:
    before = next((one for one in known.services if one.name == given.name), None)
    if before is None or given.active or not given.move_together:
        return given
    there = {server.name for server in given.servers()}
    active = before.active if before.active in there else None
    return given.model_copy(update={"active": active})


def _consistent(changed: LoadBalancerDocument) -> LoadBalancerDocument:
    """Nothing is said of servers and members that are gone."""
    servers = changed.server_names()
    states = {name: one for name, one in changed.server_states.items() if name in servers}
    return _all_at_home(changed.model_copy(update={"server_states": states}))


def _all_at_home(changed: LoadBalancerDocument) -> LoadBalancerDocument:
    """Clusters' VIPs of a member that goes are spread like new ones."""
    members = {member.name for member in changed.members}
    for endpoint in changed.endpoints:
        if endpoint.preferred_member not in (None, *members):
            home = {"preferred_member": changed.least_preferred()}
            changed = changed.carrying(endpoint.model_copy(update=home))
    return changed
