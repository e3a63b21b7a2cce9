"""Load balancers on the wire."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any

from api.load_balancers.observed import Observed, observed
from api.load_balancers.repoint_commands import RepointOut, repoints
from api.resources import GroupsSummary, SeenCondition, conditions, document, groups_summary
from api.schemas import Out
from provisioner.domain.load_balancers import AdminState, LoadBalancerDocument
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member
from provisioner.domain.spec.load_balancer_checks import notes
from provisioner.edge.records import address_records
from provisioner.edge.status import Reported
from provisioner.store.overviews import Overview


class VipOut(Out):
    """`preferredMember` carries it while it can."""

    name: str
    address: IPv4Address
    preferred_member: str
    dns_name: str | None


class MemberOut(Out):
    """`address` is that on its management network."""

    name: str
    site: str | None
    vcenter: str
    address: IPv4Address


class LoadBalancerSummary(GroupsSummary):
    """`vcenter` is the first member's; `clusters` are those whose endpoints it carries."""

    vips: list[VipOut]
    members: list[MemberOut]
    clusters: list[str]


class LoadBalancerList(Out):
    items: list[LoadBalancerSummary]


class LoadBalancerOut(LoadBalancerSummary):
    """`spec` as it was asked for and changed since; `notes`: what users should know of it.

    `dnsRecords`: lines of a zone file for the administrator of the names. `serverStates`: of
    servers that were taken out, by name. `repoints`: of services whose ports move together.
    `observed`: what the members tell.
    """

    conditions: list[SeenCondition]
    spec: dict[str, Any]
    notes: list[str]
    dns_records: list[str]
    server_states: dict[str, AdminState]
    repoints: list[RepointOut]
    observed: Observed


def summary(found: Overview[LoadBalancerDocument], users: list[str]) -> LoadBalancerSummary:
    return LoadBalancerSummary(**_summary(found, users))


def load_balancer(
    found: Overview[LoadBalancerDocument], users: list[str], reported: Mapping[str, Reported]
) -> LoadBalancerOut:
    known = found.spec
    return LoadBalancerOut(
        **_summary(found, users),
        conditions=conditions(found.resource),
        spec=asked(known),
        notes=notes(known),
        dns_records=address_records(known),
        server_states=known.server_states,
        repoints=repoints(known),
        observed=observed(known, reported),
    )


def _summary(found: Overview[LoadBalancerDocument], users: list[str]) -> dict[str, Any]:
    return groups_summary(found) | {
        "vips": _vips(found.spec),
        "members": list(map(_member, found.spec.members)),
        "clusters": users,
    }


def _vips(spec: LoadBalancerDocument) -> list[VipOut]:
    return [
        VipOut(
            name=vip.name,
            address=vip.address,
            preferred_member=spec.preferred(vip),
            dns_name=vip.dns_name,
        )
        for vip in spec.vips
    ]


def _member(member: Member) -> MemberOut:
    return MemberOut(
        name=member.name,
        site=member.site,
        vcenter=member.vcenter,
        address=member.networks.management.address.ip,
    )


def shown(recorded: dict[str, Any]) -> dict[str, Any]:
    """What GET's `spec` shows of a document on record."""
    return asked(LoadBalancerDocument.model_validate(recorded))


def asked(known: LoadBalancerDocument) -> dict[str, Any]:
    """Without what was decided since."""
    fields = {name: getattr(known, name) for name in LoadBalancerSpec.model_fields}
    return document(LoadBalancerSpec.model_construct(**fields))
