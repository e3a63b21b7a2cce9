"""Ways into created clusters: a short-lived certificate of their own CA, and where to knock."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, replace

from provisioner.domain.ids import ResourceId
from provisioner.domain.naming import SERVICE
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.kubernetes.cluster_api import ClusterApi
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.store import clusters, nodes, resources
from provisioner.store.database import Database
from provisioner.vault.pki import ClientRole
from provisioner.vault.vault import Vault

_CERTIFICATE_SECONDS = 600
_KNOWN_SECONDS = 1.0


@dataclass(frozen=True)
class _Open:
    """`known_at`: when somebody last asked where the masters are."""

    api: KubernetesApi
    endpoints: tuple[str, ...]
    until: float
    known_at: float


class ClusterAccess:
    """One connection per cluster and process, renewed with its certificate.

    The API server refuses a certificate from the second on in which it ends, also on a connection
    that is open: what takes longer than half a certificate's life asks for `api` again.
    """

    def __init__(
        self, database: Database, vault: Vault, certificate_seconds: int = _CERTIFICATE_SECONDS
    ) -> None:
        self._database, self._vault = database, vault
        self._certificate_seconds = certificate_seconds
        self._open: dict[str, _Open] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def api(self, resource_id: str) -> KubernetesApi:
        """Raises VaultError. The API itself is first called by who uses it.

        That masters have come or gone may be a second old.
        """
        with self._locks[resource_id]:
            found = self._open.get(resource_id)
            if found and min(found.until, found.known_at + _KNOWN_SECONDS) > time.monotonic():
                return found.api
            self._open[resource_id] = self._current(resource_id, found)
            return self._open[resource_id].api

    def forget(self, resource_id: str) -> None:
        with self._locks[resource_id]:
            if found := self._open.pop(resource_id, None):
                found.api.close()

    def _current(self, resource_id: str, found: _Open | None) -> _Open:
        endpoints, now = self._endpoints(resource_id), time.monotonic()
        if found and found.until > now and found.endpoints == endpoints:
            return replace(found, known_at=now)
        return self._connect(resource_id, endpoints)

    def _connect(self, resource_id: str, endpoints: tuple[str, ...]) -> _Open:
        issued = self._vault.admin_certificate(
            ResourceId(resource_id), ClientRole.PROVISIONER, SERVICE, self._certificate_seconds
        )
        api = ClusterApi(endpoints, issued.authority, issued.certificate, issued.private_key)
        now = time.monotonic()
        return _Open(api, endpoints, now + self._certificate_seconds / 2, now)

    def _endpoints(self, resource_id: str) -> tuple[str, ...]:
        """The floating address or DNS name first, then the masters' own addresses."""
        with self._database.read() as session:
            spec = clusters.spec_of(session, resources.get(session, resource_id))
            masters = nodes.of_resource(session, resource_id, group=CONTROL_PLANE)
        known = [node.address for node in masters if node.address]
        return tuple(f"{host}:{API_PORT}" for host in (spec.api_host, *known))
