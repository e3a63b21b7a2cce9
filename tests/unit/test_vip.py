"""A VIP is an address that a host can have."""

import pytest

from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from tests.unit.documents import cluster_document


@pytest.mark.parametrize(
    ("vip", "faults"),
    [
        ("10.0.0.10", []),
        ("0.0.0.0", ["endpoint.vip"]),
        ("224.0.0.18", ["endpoint.vip"]),
        ("255.255.255.255", ["endpoint.vip"]),
    ],
)
def test_what_no_host_can_have_is_refused(vip: str, faults: list[str]) -> None:
    spec = ClusterSpec.model_validate(cluster_document(endpoint={"vip": vip}))
    assert [fault.path for fault in check(spec)] == faults
