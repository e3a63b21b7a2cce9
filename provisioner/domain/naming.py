"""Names of VMs. A name is also the hostname, so a DNS label (RFC 1123) of at most 63 characters."""

import secrets

SUFFIX_LENGTH = 5
# As which the service shows itself to the clusters that it made.
SERVICE = "pke-provisioner"
MAX_HOSTNAME = 63
# No vowels and no look-alikes: a random suffix must not spell anything.
_ALPHABET = "bcdfghjkmnpqrstvwxz2456789"


def node_name(owner: str, group: str) -> str:
    """`{owner}-{group}-{random}`: a retried node gets a new name, so a stuck VM blocks nothing."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(SUFFIX_LENGTH))
    return f"{owner}-{group}-{suffix}"


def longest_node_name(owner: str, group: str) -> int:
    return len(owner) + len(group) + SUFFIX_LENGTH + 2


def manual_mac() -> str:
    """A MAC of VMware's manual range, 00:50:56:00:00:00 to 00:50:56:3f:ff:ff."""
    tail = secrets.randbelow(0x400000)
    return f"00:50:56:{tail >> 16:02x}:{tail >> 8 & 0xFF:02x}:{tail & 0xFF:02x}"
