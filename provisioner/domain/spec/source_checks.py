"""What groups of VMs are cloned from: a template by its name, or an image by what it is like."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.image_queries import minor, parse
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.load_balancer import Member
from provisioner.domain.spec.machine import Machine


def check_source(machine: Machine | Member, path: str) -> Iterator[Fault]:
    """As users write it. On record there are both: the query, and the template it led to."""
    fields = (f"{path}template", f"{path}image")
    if machine.template and machine.image:
        yield Fault(fields[1], "give template or image, not both", rests_on=fields)
    if not machine.template and not machine.image:
        advice = "is missing; or give image, such as os=debian12, kubernetes=1.35"
        yield Fault(fields[0], advice, rests_on=fields)


def check_versions(spec: ClusterSpec) -> Iterator[Fault]:
    """Nodes whose image brings Kubernetes bring that of the cluster."""
    wanted = minor(spec.kubernetes.version)
    for path, group in spec.paths():
        asked = parse(group.image).kubernetes if group.image else None
        if asked and spec.bootstrap.install == "image" and minor(asked) != wanted:
            fields = (f"{path}.image", "kubernetes.version", "bootstrap.install")
            advice = f"asks for Kubernetes {asked}, and the cluster's version is {wanted}"
            yield Fault(f"{path}.image", advice, rests_on=fields)
