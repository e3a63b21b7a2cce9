"""How documents travel to cloud-init's VMware datasource."""

import base64
import gzip

from provisioner.bootstrap.errors import PayloadTooLarge

USERDATA = "guestinfo.userdata"
METADATA = "guestinfo.metadata"
# GuestRPC carries 64 KiB a value; the rest is room for its own framing.
LIMIT = 60 * 1024
# The highest takes twice the time to save half a percent (measured).
_COMPRESSION = 6


def pack(key: str, document: str) -> dict[str, str]:
    """`key` and its encoding as extraConfig entries. Raises PayloadTooLarge."""
    packed = base64.b64encode(gzip.compress(document.encode(), _COMPRESSION, mtime=0)).decode()
    if len(packed) > LIMIT:
        raise PayloadTooLarge(key, len(packed), LIMIT)
    return {key: packed, f"{key}.encoding": "gzip+base64"}
