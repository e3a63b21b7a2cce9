"""A kubelet gets to serve under its own name and addresses, and nobody under another's."""

from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provisioner.kubernetes.serving_requests import SIGNER, ServingRequest, refusal

NODE, ADDRESS = "c1-pool1-abcde", "10.0.0.21"
KNOWN = {NODE: {ADDRESS, "fd00::15"}, "c1-pool1-other": {"10.0.0.22"}}
USAGES = ("digital signature", "server auth")


def signed(
    *names: str,
    user: str = f"system:node:{NODE}",
    group: str | None = "system:nodes",
    extension: x509.ExtensionType | None = None,
) -> bytes:
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
    if group:
        subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    builder = x509.CertificateSigningRequestBuilder(x509.Name(subject))
    if names:
        listed = x509.SubjectAlternativeName([general(name) for name in names])
        builder = builder.add_extension(listed, critical=False)
    if extension:
        builder = builder.add_extension(extension, critical=False)
    key = ec.generate_private_key(ec.SECP256R1())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def general(name: str) -> x509.GeneralName:
    if "@" in name:
        return x509.RFC822Name(name)
    if "//" in name:
        return x509.UniformResourceIdentifier(name)
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def asked(pem: bytes, **other: object) -> ServingRequest:
    given: dict[str, object] = {
        "name": "csr-1",
        "signer": SIGNER,
        "username": f"system:node:{NODE}",
        "groups": ("system:nodes", "system:authenticated"),
        "usages": USAGES,
        "pem": pem,
    }
    return ServingRequest(**(given | other))


@pytest.mark.parametrize(
    "names", [(NODE, ADDRESS), (ADDRESS,), (NODE,), (NODE, ADDRESS, "fd00:0:0::15")]
)
def test_its_own_names_are_fine(names):
    assert refusal(asked(signed(*names)), KNOWN) is None


def test_keys_of_rsa_need_one_usage_more():
    usages = (*USAGES, "key encipherment")
    assert refusal(asked(signed(NODE, ADDRESS), usages=usages), KNOWN) is None


@pytest.mark.parametrize(
    "name",
    [
        "10.0.0.22",
        "10.0.0.100",
        "c1-pool1-other",
        "kubernetes.default.svc",
        "*",
        "root@example.com",
        "https://10.0.0.21",
    ],
)
def test_a_name_that_is_not_its_own_is_refused_and_named(name):
    assert refusal(asked(signed(NODE, ADDRESS, name)), KNOWN) == (
        f"it asks for {name}, which is not the node's"
    )


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (signed(), "neither the node nor an address"),
        (signed(ADDRESS, user="system:node:c1-pool1-other"), "its subject is"),
        (signed(ADDRESS, user="kube-apiserver"), "its subject is"),
        (signed(ADDRESS, group=None), "its subject is"),
        (signed(ADDRESS, group="system:masters"), "its subject is"),
        (signed(ADDRESS, extension=x509.BasicConstraints(True, None)), "more than names"),
        (b"not a request", "can't be read"),
    ],
)
def test_what_is_to_be_signed_is_looked_at(pem, why):
    assert why in refusal(asked(pem), KNOWN)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"signer": "kubernetes.io/kube-apiserver-client"}, "meant for the signer"),
        ({"username": "jane"}, "jane is no node"),
        ({"username": "system:node:"}, "no node of ours"),
        ({"groups": ("system:authenticated",)}, "is no node"),
        ({"username": "system:node:elsewhere"}, "elsewhere is no node of ours"),
        ({"usages": ("digital signature", "client auth")}, "it asks for the usages"),
        ({"usages": (*USAGES, "client auth")}, "it asks for the usages"),
        ({"usages": ("server auth",)}, "it asks for the usages"),
    ],
)
def test_so_is_who_asks_and_for_what(other, why):
    assert why in refusal(asked(signed(NODE, ADDRESS), **other), KNOWN)


def test_a_request_whose_signature_is_anothers_is_refused():
    pem = signed(NODE, ADDRESS)
    request = x509.load_pem_x509_csr(pem)
    der = bytearray(request.public_bytes(serialization.Encoding.DER))
    place = der.find(NODE.encode())
    der[place] ^= 1
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
    assert "signature" in refusal(asked(forged), KNOWN)
