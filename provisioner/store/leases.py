"""Leases: addresses, VIPs, VRIDs and MACs, each once per L2 domain whoever asks.

RESERVED is an address that a resource keeps for its own nodes, also while none of them has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from provisioner.domain.addresses import first_free
from provisioner.domain.naming import manual_mac
from provisioner.store.errors import Taken
from provisioner.store.tables import Lease

ADDRESS, VIP, RESERVED, VRID, MAC = "address", "vip", "reserved", "vrid", "mac"
# These share one space: none may be what another is.
IP_KINDS = (ADDRESS, VIP, RESERVED)
_HIGHEST_VRID = 255
G = TypeVar("G", str, None)


# Kind, domain and value.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Holder:
    resource_id: str
    node_id: str | None = None
    group: str | None = None


def l2_domain(vcenter_instance_uuid: str, network: str) -> str:
    """Two port groups are taken for two L2 networks."""
    return f"{vcenter_instance_uuid}/{network}"


def taken_addresses(session: Session, domain: str) -> dict[str, str]:
    """Address to the id of the resource that holds it."""
    query = select(Lease).where(Lease.domain == domain, Lease.kind.in_(IP_KINDS))
    return {lease.value: lease.resource_id for lease in session.scalars(query)}


def addresses_in_use(session: Session, resource_id: str, domain: str) -> set[str]:
    """Those that no further node of this resource may have."""
    query = select(Lease.value).where(
        Lease.domain == domain,
        Lease.kind.in_(IP_KINDS),
        (Lease.kind != RESERVED) | (Lease.resource_id != resource_id),
    )
    return set(session.scalars(query))


def take(session: Session, kind: str, domain: str, value: str, holder: Holder) -> None:
    """Raises Taken when somebody else holds it; holding it already is success."""
    kinds = IP_KINDS if kind in IP_KINDS else (kind,)
    query = select(Lease).where(Lease.kind.in_(kinds), Lease.domain == domain, Lease.value == value)
    found = list(session.scalars(query))
    own = [lease for lease in found if lease.resource_id == holder.resource_id]
    if own == found and any(lease.node_id == holder.node_id for lease in own):
        return
    # What a resource's own nodes have may be kept for them.
    if own != found or (own and kind != RESERVED):
        raise Taken(f"{kind} {value} is leased already")
    _add(session, kind, domain, value, holder)


def take_address(
    session: Session, domain: str, ranges: Iterable[str], holder: Holder
) -> str | None:
    """The lowest free address of `ranges`; None when none is left."""
    address = first_free(ranges, addresses_in_use(session, holder.resource_id, domain))
    if address is not None:
        _add(session, ADDRESS, domain, address, holder)
    return address


def take_vrid(session: Session, domain: str, holder: Holder) -> int:
    """The lowest free VRRP router id (RFC 5798: 1 to 255). The holder's own is answered again."""
    return take_vrids(session, [domain], holder.resource_id, [None])[None]


def take_vrids(
    session: Session, domains: Iterable[str], resource_id: str, groups: Sequence[G]
) -> dict[G, int]:
    """One for each of the resource's groups, the same in all of these networks.

    A group keeps its own; what a former group left goes to a new one; then the lowest free.
    Raises Taken.
    """
    where = sorted(set(domains))
    known = list(_vrid_leases(session, where, resource_id))
    own = {lease.group: int(lease.value) for lease in known if lease.resource_id == resource_id}
    others = {int(lease.value) for lease in known if lease.resource_id != resource_id}
    left: list[int] = sorted(vrid for group, vrid in own.items() if group not in groups)
    unused: list[int] = sorted(set(range(1, _HIGHEST_VRID + 1)) - set(own.values()))
    candidates = (vrid for vrid in (*left, *unused) if vrid not in others)
    found: dict[G, int] = {}
    for group in groups:
        vrid = own.get(group) or next(candidates, None)
        if vrid is None or vrid in others:
            raise Taken(_no_vrid(vrid))
        found[group] = vrid
        _hold_vrid(session, where, vrid, Holder(resource_id, group=group))
    return found


def _vrid_leases(session: Session, domains: list[str], resource_id: str) -> Iterable[Lease]:
    """Anybody's in these networks, and the resource's wherever they are."""
    mine = Lease.resource_id == resource_id
    return session.scalars(
        select(Lease).where(Lease.kind == VRID, Lease.domain.in_(domains) | mine)
    )


def _no_vrid(own: int | None) -> str:
    if own is None:
        return "all 255 VRRP router ids of this network are leased; use another port group"
    return f"VRRP router id {own} is another one's in this network; use another port group"


def _hold_vrid(session: Session, domains: Iterable[str], vrid: int, holder: Holder) -> None:
    for domain in domains:
        take(session, VRID, domain, str(vrid), holder)
    mine = (Lease.kind == VRID) & (Lease.resource_id == holder.resource_id)
    session.execute(update(Lease).where(mine, Lease.value == str(vrid)).values(group=holder.group))


def take_mac(session: Session, domain: str, holder: Holder) -> str:
    while True:
        mac = manual_mac()
        if session.get(Lease, (MAC, domain, mac)) is None:
            _add(session, MAC, domain, mac, holder)
            return mac


def vips_of(session: Session, resource_id: str) -> set[str]:
    query = select(Lease.value).where(Lease.kind == VIP, Lease.resource_id == resource_id)
    return set(session.scalars(query))


def vrids_of(session: Session, resource_id: str) -> set[int]:
    query = select(Lease.value).where(Lease.kind == VRID, Lease.resource_id == resource_id)
    return {int(value) for value in session.scalars(query)}


def vrids_by_group(session: Session, resource_id: str) -> dict[str | None, int]:
    query = select(Lease).where(Lease.kind == VRID, Lease.resource_id == resource_id)
    return {lease.group: int(lease.value) for lease in session.scalars(query)}


def keep_only(
    session: Session, resource_id: str, kinds: Iterable[str], kept: Iterable[Key]
) -> None:
    """Frees what the resource itself, and none of its nodes, has of these kinds beside `kept`."""
    query = select(Lease).where(
        Lease.resource_id == resource_id, Lease.node_id.is_(None), Lease.kind.in_(list(kinds))
    )
    wanted = set(kept)
    for lease in session.scalars(query):
        if (lease.kind, lease.domain, lease.value) not in wanted:
            session.delete(lease)
    session.flush()


def free_of_node(session: Session, node_id: str) -> None:
    session.execute(delete(Lease).where(Lease.node_id == node_id))


def free_of_resource(session: Session, resource_id: str) -> None:
    session.execute(delete(Lease).where(Lease.resource_id == resource_id))


def _add(session: Session, kind: str, domain: str, value: str, holder: Holder) -> None:
    session.add(
        Lease(
            kind=kind,
            domain=domain,
            value=value,
            resource_id=holder.resource_id,
            node_id=holder.node_id,
            group=holder.group,
        )
    )
    session.flush()
