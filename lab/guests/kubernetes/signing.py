"""A kubelet's request for a certificate to serve with, as the API server would record it."""

import base64
import ipaddress
import secrets
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.guests.kubernetes.objects import Object, ObjectStore
from lab.guests.kubernetes.resources import SIGNING_REQUESTS

SIGNER = "kubernetes.io/kubelet-serving"


def request_serving_certificate(
    objects: ObjectStore, node: str, addresses: Sequence[str]
) -> Object | None:
    """None when the node has asked already."""
    user = f"system:node:{node}"
    with objects.lock:
        known = objects.list(SIGNING_REQUESTS)
        if any(one["spec"]["username"] == user for one in known):
            return None
        spec = {
            "signerName": SIGNER,
            "username": user,
            "groups": ["system:nodes", "system:authenticated"],
            "usages": ["digital signature", "server auth"],
            "request": base64.b64encode(signed(user, node, addresses)).decode(),
        }
        name = f"csr-{secrets.token_hex(4)}"
        body = {"metadata": {"name": name}, "spec": spec, "status": {}}
        return objects.create(SIGNING_REQUESTS, "", body)


def decided(objects: ObjectStore) -> dict[str, list[str]]:
    """What has been decided of each request, by the user that asked."""
    return {
        one["spec"]["username"]: [said["type"] for said in one["status"].get("conditions", ())]
        for one in objects.list(SIGNING_REQUESTS)
    }


def signed(user: str, node: str, addresses: Sequence[str]) -> bytes:
    """What a kubelet wants to be signed, in PEM."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "system:nodes"),
            x509.NameAttribute(NameOID.COMMON_NAME, user),
        ]
    )
    names: list[x509.GeneralName] = [x509.DNSName(node)]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    builder = x509.CertificateSigningRequestBuilder(subject)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)
