"""The login for a cluster's image registry against the rest of its document."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec

_AT = "imageRegistryLogin"


def check_image_registry(spec: ClusterSpec) -> Iterator[Fault]:
    if spec.image_registry_login is None:
        return
    if spec.image_registry is None:
        advice = "is for imageRegistry, which this cluster has not: give that, or leave this out"
        yield Fault(_AT, advice, rests_on=(_AT, "imageRegistry"))
    if spec.bootstrap.method == "pke":
        advice = "pke configures containerd itself; let the registry be read without a login"
        yield Fault(_AT, advice, rests_on=(_AT, "bootstrap.method"))
