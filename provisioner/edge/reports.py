"""How a member's status comes to the service: in a guestinfo key that the guest itself sets."""

import base64
import gzip
import io
import zlib
from collections.abc import Mapping

from pydantic import ValidationError

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
