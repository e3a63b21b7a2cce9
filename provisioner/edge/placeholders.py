"""What only the member knows, or may know: it is put into texts there.

Interfaces' names follow from the NICs' MAC addresses; secrets are fetched with the node's token.
"""

import re
from collections.abc import Iterable, Mapping

from provisioner.domain.spec.load_balancer import Network

INTERFACES: dict[Network, str] = {
    "management": "@MANAGEMENT@",
    "frontend": "@FRONTEND@",
    "workload": "@WORKLOAD@",
}
# Of 8 characters, as keepalived takes no more.
VRRP_KEY = "@VRRP_KEY@"
# As crypt(3) knows them: bcrypt, or SHA-512 by mkpasswd.
ADMIN_HASH, VIEWER_HASH = "@STATS_ADMIN_HASH@", "@STATS_VIEWER_HASH@"
SECRETS = (VRRP_KEY, ADMIN_HASH, VIEWER_HASH)

_PLACEHOLDER = re.compile(r"@[A-Z_]+@")


def used(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(found for text in texts for found in _PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Raises KeyError for a placeholder without a value."""
    return _PLACEHOLDER.sub(lambda found: values[found.group()], text)
