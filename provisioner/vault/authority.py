"""Makes the key material of a cluster. No I/O but the random generator."""

import base64
import secrets
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pydantic import BaseModel, SecretStr

LIFE = timedelta(days=3650)
CLOCK_SKEW = timedelta(minutes=5)

_CERTIFICATE_SIGNING_ONLY = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Authority(BaseModel, frozen=True, hide_input_in_errors=True):
    """PEM. Self-signed: Kubernetes' controller-manager takes no chains."""

    certificate: str
    private_key: SecretStr


def new_authority(common_name: str) -> Authority:
    """EC P-256, ten years, may sign leaves only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_CERTIFICATE_SIGNING_ONLY, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return Authority(certificate=pem, private_key=_private_pem(key))


def new_service_account_keys() -> tuple[str, SecretStr]:
    """(public, private) PEM of RSA-2048: PKIX and PKCS#1, as kubeadm writes them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode(), _private_pem(key)


def new_encryption_key() -> SecretStr:
    """Base64 of 32 random bytes, for Kubernetes' encryption of Secrets at rest."""
    return SecretStr(base64.b64encode(secrets.token_bytes(32)).decode())


def _private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> SecretStr:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return SecretStr(pem.decode())
