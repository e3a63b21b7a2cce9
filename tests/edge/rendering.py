"""A document's members as they would run, on machines whose NICs are named as VMware names them."""

from collections.abc import Mapping
from typing import Any

from provisioner.domain.load_balancers import ClusterEndpoint, LoadBalancerDocument
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_checks import check_load_balancer
from provisioner.domain.spec.reading import read
from provisioner.edge.configuration import Configuration, configurations
from provisioner.edge.from_spec import pair
from provisioner.edge.model import AdminState
from provisioner.edge.placeholders import ADMIN_HASH, INTERFACES, VIEWER_HASH, VRRP_KEY

# By `openssl passwd -6`, of the words before the colon.
_CRYPT = "$6$abcdefgh$"
PASSWORDS = {
    "admin-password": (
        _CRYPT + "OEQEfgy2okiGjXRDd7VWzmuHARME2sw3QhN/bTxYbGyOYbuN1VlqQ1qXPGvk"
        "XZl/48zMuQ2V/bZW9wU68aXZB."
    ),
    "viewer-password": (
        _CRYPT + "ZAWe3AasKa1h0CK25l1wafTMBxWbN75AOSLlYWruoE2WqCqsTm1zO8KkaM2f"
        "tU3w4.4aVb8BhQvlEkssjZ6sz1"
    ),
}
VALUES = {
    INTERFACES["management"]: "ens160",
    INTERFACES["frontend"]: "ens192",
    INTERFACES["workload"]: "ens224",
    VRRP_KEY: "abcd1234",
    ADMIN_HASH: PASSWORDS["admin-password"],
    VIEWER_HASH: PASSWORDS["viewer-password"],
}


def read_spec(body: Mapping[str, Any]) -> LoadBalancerSpec:
    return read(LoadBalancerSpec, body, check_load_balancer)


def configured(
    body: Mapping[str, Any],
    states: Mapping[str, AdminState] | None = None,
    endpoints: tuple[ClusterEndpoint, ...] = (),
) -> dict[str, Configuration]:
    spec = read_spec(body)
    router_ids = {member.name: 51 + index for index, member in enumerate(spec.members)}
    decided = {"server_states": states or {}, "endpoints": endpoints}
    document = LoadBalancerDocument(**dict(spec), **decided)
    return configurations(pair(document, router_ids))


def rendered(path: str, body: Mapping[str, Any], member: str = "m1", **more: Any) -> str:
    return configured(body, **more)[member].filled(VALUES)[path]


def section(text: str, head: str) -> list[str]:
    """The lines of one section of HAProxy's configuration, without what is before them."""
    parts = text.split("\n\n")
    [found] = [part for part in parts if part.splitlines()[0] == head]
    return [line.strip() for line in found.splitlines()[1:]]
