"""How a member's status comes to the service: in a guestinfo key that the guest itself sets."""

import base64
import gzip
import io
import zlib
from collections.abc import Mapping

from pydantic import ValidationError

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge.from_spec import pair
from provisioner.edge.member_status import STATUS
from provisioner.edge.status import MemberStatus

# Whoever packs zeros must not fill our memory.
_LONGEST = 4 * 1024 * 1024


def packed(status: MemberStatus) -> str:
    """As `member_status.py` packs it."""
    return base64.b64encode(gzip.compress(status.model_dump_json().encode(), mtime=0)).decode()


def reported(guest_info: Mapping[str, str]) -> MemberStatus | None:
    """None when the member has told nothing, or nothing that makes sense."""
    try:
        told = base64.b64decode(guest_info.get(STATUS, ""), validate=True)
        with gzip.GzipFile(fileobj=io.BytesIO(told)) as file:
            return MemberStatus.model_validate_json(file.read(_LONGEST))
    except (ValueError, OSError, EOFError, zlib.error, ValidationError):
        return None


def of_pair(status: MemberStatus, document: LoadBalancerDocument) -> MemberStatus:
    """What of it speaks of members, VIPs and servers that the pair has, of each once.

    Nobody else is known by it, however much a guest makes up.
    """
    vips = {str(vip.address) for vip in (*document.vips, *(e.vip() for e in document.endpoints))}
    members = {member.name for member in document.members}
    groups = {
        one.member: one.model_copy(update={"held": tuple(sorted(vips.intersection(one.held)))})
        for one in status.groups or ()
        if one.member in members
    }
    known = _servers(document)
    servers = {at: one for one in status.servers or () if (at := (one.backend, one.name)) in known}
    return MemberStatus(
        groups=None if status.groups is None else tuple(groups.values()),
        servers=None if status.servers is None else tuple(servers.values()),
        beat=status.beat,
    )


def _servers(document: LoadBalancerDocument) -> set[tuple[str, str]]:
    """By backend and name; the same on all members, whatever their router ids."""
    [first, *_] = pair(document, {member.name: 1 for member in document.members})
    backends = (backend for service in first.services for backend in service.backends)
    return {(backend.name, server.name) for backend in backends for server in backend.servers}
