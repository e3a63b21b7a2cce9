"""What members of a load balancer tell of themselves, on the wire."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address

from api.schemas import Out
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge.status import Reported, vip_status


class ObservedVip(Out):
    """`holders`: the members that carry it, which should be one; `priority` and `since` are its.

    VIPs of clusters have the cluster's name.
    """

    name: str
    address: IPv4Address
    holders: list[str]
    priority: int | None
    since: datetime | None


class ObservedAt(Out):
    """As one member sees a server. `state` and `check` in HAProxy's words, `since` then."""

    member: str
    state: str
    check: str
    since: datetime


class ObservedServer(Out):
    """`backend`: the part of the service that it is a server of, such as web.servers."""

    service: str
    backend: str
    name: str
    members: list[ObservedAt]


class ObservedMember(Out):
    """`revision` of its configuration that it runs on, `asked` the one it should; `problem`: why
    it refused that. `reportedAt`: when it last told something new."""

    name: str
    revision: str | None
    asked: str | None
    in_sync: bool
    problem: str | None
    reported_at: datetime | None


class Observed(Out):
    vips: list[ObservedVip]
    servers: list[ObservedServer]
    members: list[ObservedMember]


def observed(known: LoadBalancerDocument, reported: Mapping[str, Reported]) -> Observed:
    """`reported` by member; one without a node has said nothing."""
    nobody = Reported(node="")
    members = {one.name: reported.get(one.name, nobody) for one in known.members}
    return Observed(
        vips=list(_vips(known, members)),
        servers=_servers(members),
        members=[_member(name, one) for name, one in members.items()],
    )


def _vips(known: LoadBalancerDocument, reported: Mapping[str, Reported]) -> Iterator[ObservedVip]:
    told = {name: one.status for name, one in reported.items() if one.status}
    for vip in (*known.vips, *(endpoint.vip() for endpoint in known.endpoints)):
        found = vip_status(str(vip.address), told)
        yield ObservedVip(
            name=vip.name,
            address=vip.address,
            holders=list(found.holders),
            priority=found.priority,
            since=_moment(found.since) if found.since is not None else None,
        )


def _servers(reported: Mapping[str, Reported]) -> list[ObservedServer]:
    found: dict[tuple[str, str], list[ObservedAt]] = {}
    for member, one in reported.items():
        for server in (one.status.servers if one.status else None) or ():
            seen = ObservedAt(
                member=member,
                state=server.state,
                check=server.check,
                since=_moment(server.since),
            )
            found.setdefault((server.backend, server.name), []).append(seen)
    return [
        ObservedServer(
            service=backend.rpartition(".")[0], backend=backend, name=name, members=members
        )
        for (backend, name), members in found.items()
    ]


def _member(name: str, one: Reported) -> ObservedMember:
    return ObservedMember(
        name=name,
        revision=one.applied,
        asked=one.asked,
        in_sync=one.in_sync,
        problem=one.problem,
        reported_at=one.at,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
