"""MetalLB's two objects for layer 2. Pure: the client applies what is rendered here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

GROUP = "metallb.io"
VERSION = "v1beta1"
NAMESPACE = "metallb-system"
NAME = "default"


@dataclass(frozen=True)
class CustomObject:
    plural: str
    body: dict[str, Any]


POOLS = "ipaddresspools"
ADVERTISEMENTS = "l2advertisements"


def render(ranges: Sequence[str]) -> tuple[CustomObject, CustomObject]:
    """`ranges` are `first-last`, CIDR or one address. The pool comes first: the advertisement
    names it."""
    pool = _object("IPAddressPool", {"addresses": [_as_range(one) for one in ranges]})
    advertisement = _object("L2Advertisement", {"ipAddressPools": [NAME]})
    return CustomObject(POOLS, pool), CustomObject(ADVERTISEMENTS, advertisement)


def _as_range(text: str) -> str:
    """MetalLB refuses single addresses."""
    return text if "-" in text or "/" in text else f"{text}/32"


def _object(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": kind,
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": spec,
    }
