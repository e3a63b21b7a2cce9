"""The paths that the `pke` program knows.

Each router has its own whole prefix, so that its routes' paths are whole too: metrics show them.
"""

ORGANISATION = "/api/v1/orgs/{org}"
CLUSTER = ORGANISATION + "/clusters/{cluster}"
PKE = CLUSTER + "/pke"
