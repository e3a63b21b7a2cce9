"""What kubeadm and the nodes' programs make of a document's texts and networks."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec

# kubeadm gives each node a /24 of the pods' network.
_NODE_PREFIX = 24
_HOST = re.compile(r"(\*?\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.I)
_LONGEST_HOST = 253
# Of an address: Python also takes netmasks, the programs on nodes don't.
_NETWORK = re.compile(r"[0-9a-f.:]+(/\d{1,3})?", re.I)


def check_kubernetes(spec: ClusterSpec) -> Iterator[Fault]:
    if spec.kubernetes.pod_cidr.prefixlen > _NODE_PREFIX:
        advice = f"is too small: each node takes a /{_NODE_PREFIX}; give more, such as a /16"
        yield Fault("kubernetes.podCIDR", advice)
    for index, text in enumerate(spec.proxy.no_proxy if spec.proxy else ()):
        if not (_is_host(text) or _is_network(text)):
            advice = "write a host, a domain such as .example.com, an IP address or a CIDR"
            yield Fault(f"proxy.noProxy.{index}", advice)


def _is_host(text: str) -> bool:
    """Of a name whose last part is a number the programs make an address."""
    numeric = text.rpartition(".")[2].isdigit()
    return len(text) <= _LONGEST_HOST and bool(_HOST.fullmatch(text)) and not numeric


def _is_network(text: str) -> bool:
    if not _NETWORK.fullmatch(text):
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
