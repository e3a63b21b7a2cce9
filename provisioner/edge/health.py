"""What is wrong with a load balancer, from what its members tell of themselves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from provisioner.domain.conditions import Condition
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge.member_status import BEAT_SECONDS
from provisioner.edge.status import MemberStatus, Reported, ServerStatus, vip_status

REPORTING, HELD, SERVED = "MembersReporting", "VipsHeld", "ServersUp"
# A beat may be missed, and is read only now and then.
SILENCE = timedelta(seconds=3 * BEAT_SECONDS)
# VIPs move within seconds; members report every ten of them, and are heard every thirty.
GRACE = timedelta(seconds=60)
# Of those without checks HAProxy knows nothing bad.
_SERVING = ("UP", "no check")
# Of one kind: what is wrong with hundreds of servers is read where all are shown.
_TOLD = 8


def conditions(
    document: LoadBalancerDocument, members: Mapping[str, Reported], now: datetime
) -> tuple[Condition, ...]:
    """`members`: those that are there, by name."""
    silent = [name for name, one in members.items() if _is_silent(one, now)]
    told = {name: one.status for name, one in members.items() if one.status}
    heard = {name: status for name, status in told.items() if name not in silent}
    return (
        _condition(REPORTING, "Silent", [*map(_of_silent, silent), *_mute(heard)]),
        _condition(HELD, "NotHeldOnce", [*_vips(document, members, heard, now)]),
        _condition(SERVED, "NoServerUp", [*_unserved(heard)]),
    )


def _condition(name: str, reason: str, found: list[str]) -> Condition:
    if not found:
        return Condition(type=name, status="True", reason="AsAsked")
    return Condition(type=name, status="False", reason=reason, message=_some(found, "; "))


def _some(texts: Sequence[str], separator: str) -> str:
    """As many as people read."""
    left = len(texts) - _TOLD
    return separator.join([*texts[:_TOLD], *([f"and {left} more"] if left > 0 else [])])


def _is_silent(member: Reported, now: datetime) -> bool:
    """One that is being made has not got to it yet."""
    last = max((at for at in (member.at, member.ready_at) if at), default=None)
    return last is not None and last + SILENCE < now


def _of_silent(name: str) -> str:
    return f"{name} has reported nothing for {SILENCE.seconds // 60} minutes: look at its VM"


def _mute(heard: Mapping[str, MemberStatus]) -> Iterator[str]:
    for name, status in heard.items():
        if status.groups is None:
            yield f"keepalived on {name} does not answer"
        if status.servers is None:
            yield f"HAProxy on {name} does not answer"


def _vips(
    document: LoadBalancerDocument,
    members: Mapping[str, Reported],
    heard: Mapping[str, MemberStatus],
    now: datetime,
) -> Iterator[str]:
    """Nothing is said while something moves, or while members are to take another revision."""
    calm = {name: heard[name] for name in heard if _is_calm(members[name], now)}
    if not calm or calm.keys() != heard.keys():
        return
    everybody = calm.keys() == members.keys()
    for vip in (*document.vips, *(endpoint.vip() for endpoint in document.endpoints)):
        holders = vip_status(str(vip.address), calm).holders
        if len(holders) > 1:
            both = " and ".join(sorted(holders))
            yield f"{both} both hold {vip.name} ({vip.address}): they do not hear each other"
        elif not holders and everybody:
            yield f"nobody holds {vip.name} ({vip.address})"


def _is_calm(member: Reported, now: datetime) -> bool:
    times = (member.asked_at, member.held_at)
    return member.in_sync and all(at is None or at + GRACE < now for at in times)


def _unserved(heard: Mapping[str, MemberStatus]) -> Iterator[str]:
    """Each member for itself: one may be cut off from servers that another one reaches."""
    for name, status in heard.items():
        backends: defaultdict[str, list[ServerStatus]] = defaultdict(list)
        for server in status.servers or ():
            backends[server.backend].append(server)
        for backend, servers in backends.items():
            if not any(one.state.startswith(_SERVING) for one in servers):
                states = [f"{one.name} {one.state}" for one in servers]
                yield f"{name} has no server for {backend}: {_some(states, ', ')}"
