"""The clusters' certificate authorities, read from Vault once: they never change."""

from collections.abc import Callable

from provisioner.domain.ids import ResourceId

_KEPT = 256


class Authorities:
    def __init__(self, fetch: Callable[[ResourceId], str]) -> None:
        self._fetch = fetch
        self._known: dict[str, str] = {}

    def pem(self, resource_id: str) -> str:
        """Raises VaultError."""
        if resource_id not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[resource_id] = self._fetch(ResourceId(resource_id))
        return self._known[resource_id]
