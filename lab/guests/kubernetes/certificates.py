"""Certificates that kubeadm would make on a master from the authorities it was given."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=365)
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Authority:
    certificate: str
    private_key: str = field(repr=False)


@dataclass(frozen=True)
class KeyPair:
    certificate: str
    private_key: str = field(repr=False)


def server_certificate(authority: Authority, hosts: Sequence[str]) -> KeyPair:
    """For an API server reached under these addresses and names."""
    names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
    return _issue(authority, subject, [names, _usage(ExtendedKeyUsageOID.SERVER_AUTH)])


def etcd_certificate(authority: Authority, name: str, hosts: Sequence[str]) -> KeyPair:
    """Of a member for serving and for its peers: etcd calls itself, so it is a client too."""
    names = x509.SubjectAlternativeName([_general_name(host) for host in (name, *hosts)])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return _issue(authority, subject, [names, x509.ExtendedKeyUsage(both)])


def client_certificate(authority: Authority, name: str, group: str) -> KeyPair:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, group),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    return _issue(authority, subject, [_usage(ExtendedKeyUsageOID.CLIENT_AUTH)])


def _usage(purpose: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([purpose])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _issue(
    authority: Authority, subject: x509.Name, extensions: Sequence[x509.ExtensionType]
) -> KeyPair:
    issuer = x509.load_pem_x509_certificate(authority.certificate.encode())
    signer = serialization.load_pem_private_key(authority.private_key.encode(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(issuer.subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(min(now + LIFE, issuer.not_valid_after_utc))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError("the authority's key is not an elliptic curve key")
    certificate = builder.sign(signer, hashes.SHA256())
    return KeyPair(_certificate_pem(certificate), _key_pem(key))


def _certificate_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
