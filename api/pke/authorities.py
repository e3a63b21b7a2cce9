"""The clusters' certificate authorities, read from Vault once: they never change."""

import hashlib
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

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


def discovery_hash(pem: str) -> str:
    """What kubeadm pins: SHA-256 of the public key (SubjectPublicKeyInfo) of the authority."""
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256:" + hashlib.sha256(spki).hexdigest()
