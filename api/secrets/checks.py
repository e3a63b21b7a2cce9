"""What is wrong with the values of a new secret. No message repeats one."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from api.secrets.schemas import (
    EtcdValues,
    LoadBalancerValues,
    RegistryValues,
    VSphereValues,
)
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.reading import read

_BCRYPT_BYTES = 72
_RESTS_ON = ("values", "type")


def faults_of_values(of_type: str, values: Mapping[str, SecretStr]) -> list[Fault]:
    given = {key: value.get_secret_value() for key, value in values.items()}
    try:
        _READ[of_type](given)
    except InvalidRequest as err:
        return [
            Fault(f"values.{fault.path}" if fault.path else "values", fault.message, _RESTS_ON)
            for fault in err.faults
        ]
    return []


def _vsphere_faults(values: VSphereValues) -> list[Fault]:
    if values.thumbprint and values.ca_bundle:
        both = ("thumbprint", "caBundle")
        return [Fault("thumbprint", "give thumbprint or caBundle, not both", rests_on=both)]
    return _certificate_faults("caBundle", values.ca_bundle) if values.ca_bundle else []


def _etcd_faults(values: EtcdValues) -> list[Fault]:
    faults = [
        *_certificate_faults("ca", values.ca),
        *_certificate_faults("cert", values.cert),
        *_key_faults(values.key.get_secret_value()),
    ]
    return faults or _pair_faults(values)


def _stats_faults(values: LoadBalancerValues) -> list[Fault]:
    given = {"adminPassword": values.admin_password, "viewerPassword": values.viewer_password}
    return [
        Fault(path, "is longer than the 72 bytes that bcrypt looks at")
        for path, password in given.items()
        if len(password.get_secret_value().encode()) > _BCRYPT_BYTES
    ]


def _certificate_faults(path: str, pem: str) -> list[Fault]:
    try:
        ends = x509.load_pem_x509_certificates(pem.encode())[0].not_valid_after_utc
    except (ValueError, IndexError):
        return [Fault(path, "is not a certificate in PEM form")]
    if ends <= datetime.now(UTC):
        return [Fault(path, f"has expired on {ends:%Y-%m-%d}")]
    return []


def _key_faults(pem: str) -> list[Fault]:
    try:
        serialization.load_pem_private_key(pem.encode(), None)
    except TypeError:
        return [Fault("key", "is encrypted; give it without a passphrase")]
    except ValueError:
        return [Fault("key", "is not a private key in PEM form")]
    return []


def _pair_faults(values: EtcdValues) -> list[Fault]:
    key = serialization.load_pem_private_key(values.key.get_secret_value().encode(), None)
    certificate = x509.load_pem_x509_certificates(values.cert.encode())[0]
    if key.public_key() == certificate.public_key():
        return []
    return [Fault("key", "does not belong to cert", rests_on=("key", "cert"))]


_READ: dict[str, Callable[[object], Document]] = {
    "vsphere": lambda given: read(VSphereValues, given, _vsphere_faults),
    "etcd": lambda given: read(EtcdValues, given, _etcd_faults),
    "load-balancer": lambda given: read(LoadBalancerValues, given, _stats_faults),
    "registry": lambda given: read(RegistryValues, given, lambda _: []),
}
