"""The API's certificate where nodes reach it over a network: by an authority of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lab.stack.files import write_private

LIFE = timedelta(days=365)

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class ApiTls:
    """Files, PEM all of them."""

    certificate: Path
    key: Path
    authority: Path

    def settings(self) -> dict[str, str]:
        return {
            "API_TLS_CERTIFICATE": str(self.certificate),
            "API_TLS_KEY": str(self.key),
            "API_CA_FILE": str(self.authority),
        }


def issue(folder: Path, address: str) -> ApiTls:
    """Made anew; the authority's key is kept nowhere."""
    authority_key, key = _key(), _key()
    authority = _authority(authority_key)
    certificate = _server(address, key, authority, authority_key)
    made = ApiTls(folder / "api.crt", folder / "api.key", folder / "api-ca.crt")
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.authority.write_bytes(authority.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(made.key, pem.decode())
    return made


def _key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def _authority(key: Key) -> x509.Certificate:
    name = _name("lab API authority")
    usage = {one: one in ("key_cert_sign", "crl_sign") for one in USAGES}
    return (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(_key_identifier(key), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    address: str, key: Key, authority: x509.Certificate, authority_key: Key
) -> x509.Certificate:
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(_name(address), authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _builder(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
    )


def _key_identifier(key: Key) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
