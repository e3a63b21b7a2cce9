"""How a joining node knows the cluster's authority before it trusts anybody."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def authority_hash(authority: str) -> str:
    """What kubeadm pins: `sha256:` and the hex digest of the first certificate's public key."""
    key = x509.load_pem_x509_certificate(authority.encode()).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(info).hexdigest()}"
