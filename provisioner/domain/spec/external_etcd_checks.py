"""Where a control plane keeps its data, against itself."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec

_AT = "controlPlane.externalEtcd"


def check_external_etcd(spec: ClusterSpec) -> Iterator[Fault]:
    external, size = spec.control_plane.external_etcd, spec.control_plane.size
    if external is None:
        if size == 2:
            advice = (
                "two masters with an etcd of their own stop when one does: "
                "give 1, 3 or 5, or controlPlane.externalEtcd"
            )
            yield Fault("controlPlane.size", advice, rests_on=("controlPlane.size", _AT))
        return
    theirs = bool(external.endpoints or external.secret)
    fields = (f"{_AT}.etcdCluster", f"{_AT}.endpoints", f"{_AT}.secret")
    if theirs == bool(external.etcd_cluster):
        advice = "give etcdCluster (made by this service), or endpoints and secret of your own etcd"
        yield Fault(_AT, advice, rests_on=fields)
    elif theirs and not (external.endpoints and external.secret):
        missing = "secret" if external.endpoints else "endpoints"
        yield Fault(f"{_AT}.{missing}", "is missing: your own etcd takes both", rests_on=fields)
