"""Which addresses can be a node's, whatever a guest tells."""

from collections.abc import Sequence
from ipaddress import IPv4Network, ip_address

from provisioner.domain.addresses import AddressRange, parse_range, whole
from provisioner.domain.spec.cluster import ClusterSpec

# What Linux machines call themselves. Not all of 127.0.0.0/8: simulated nodes live there.
_EVERY_MACHINES = IPv4Network("127.0.0.0/16")


def reserved(spec: ClusterSpec) -> tuple[AddressRange, ...]:
    """A cluster's addresses that are never a node's: of services, pods and its load balancer."""
    return (
        whole(spec.kubernetes.service_cidr),
        whole(spec.kubernetes.pod_cidr),
        *map(parse_range, spec.load_balancer_ranges),
    )


def may_be_a_nodes(text: str, reserved: Sequence[AddressRange]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if address.is_unspecified or address.is_multicast or address.is_link_local:
        return False
    if address.version == 6:
        return not address.is_loopback
    return address not in _EVERY_MACHINES and not any(address in one for one in reserved)
