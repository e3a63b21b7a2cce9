"""Which kubelets may serve under the names they ask for. Pure.

A kubelet's certificate for serving lets its holder be taken for that node by the API server.
Kubernetes approves none by itself, since it can't know which addresses a node has: we do.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID
from pydantic import BaseModel

SIGNER = "kubernetes.io/kubelet-serving"
_USER = "system:node:"
_GROUP = "system:nodes"
# "key encipherment" is for RSA keys; kubelets ask for it or not, by their key.
_NEEDED = {"digital signature", "server auth"}
_USAGES = _NEEDED | {"key encipherment"}


class ServingRequest(BaseModel, frozen=True):
    """A CertificateSigningRequest nobody decided yet; `pem` is what it asks to be signed."""

    name: str
    signer: str
    username: str
    groups: tuple[str, ...]
    usages: tuple[str, ...]
    pem: bytes

    @property
    def node(self) -> str:
        return self.username.removeprefix(_USER)


def refusal(request: ServingRequest, known: Mapping[str, Iterable[str]]) -> str | None:
    """Why it is not to be approved; None when it is. `known`: each node's addresses, by name."""
    if request.signer != SIGNER:
        return f"it is meant for the signer {request.signer}"
    if not request.username.startswith(_USER) or _GROUP not in request.groups:
        return f"{request.username} is no node"
    if request.node not in known:
        return f"{request.node} is no node of ours"
    if not _NEEDED <= set(request.usages) <= _USAGES:
        return f"it asks for the usages {', '.join(request.usages)}"
    try:
        asked = x509.load_pem_x509_csr(request.pem)
        addresses = {_canonical(address) for address in known[request.node]}
        return next(_faults(asked, request.node, addresses), None)
    except ValueError:
        return "what it asks to be signed can't be read"


def _faults(asked: x509.CertificateSigningRequest, node: str, addresses: set[str]) -> Iterator[str]:
    if not asked.is_signature_valid:
        yield "its signature is not that of its key"
    its_own = {(NameOID.COMMON_NAME, _USER + node), (NameOID.ORGANIZATION_NAME, _GROUP)}
    if {(one.oid, one.value) for one in asked.subject} != its_own:
        yield f"its subject is {asked.subject.rfc4514_string()}"
    if any(one.oid != x509.SubjectAlternativeName.oid for one in asked.extensions):
        yield "it asks for more than names"
        return
    names = [name for one in asked.extensions for name in one.value]
    if not names:
        yield "it names neither the node nor an address"
    for name in names:
        if not _is_its_own(name, node, addresses):
            yield f"it asks for {name.value}, which is not the node's"


def _is_its_own(name: x509.GeneralName, node: str, addresses: set[str]) -> bool:
    if isinstance(name, x509.DNSName):
        return name.value == node
    return isinstance(name, x509.IPAddress) and str(name.value) in addresses


def _canonical(address: str) -> str:
    return str(ipaddress.ip_address(address))
