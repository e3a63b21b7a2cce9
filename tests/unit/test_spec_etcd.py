"""Etcd clusters' documents, and the control planes that keep their data elsewhere."""

from typing import Any

import pytest

from provisioner.domain.clusters import ETCD_PREFIX
from provisioner.domain.etcd_clusters import KIND, endpoints
from provisioner.domain.faults import InvalidRequest
from provisioner.domain.kinds import READERS, role
from provisioner.domain.planning.wishes import When
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.etcd_checks import check_etcd_cluster
from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
from provisioner.domain.spec.external_etcd import ExternalEtcd, meet
from provisioner.domain.spec.reading import read
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import etcd_document, with_addresses


def faults(document: dict[str, Any]) -> dict[str, str]:
    try:
        read(EtcdClusterSpec, document, check_etcd_cluster)
    except InvalidRequest as err:
        return {fault.path: fault.message for fault in err.faults}
    return {}


def test_sound() -> None:
    assert not faults(etcd_document())
    assert not faults(with_addresses("10.0.0.31", "10.0.0.40-10.0.0.41"))


@pytest.mark.parametrize("ranges", [("10.0.0.31-10.0.0.32",), ("10.0.0.31-10.0.0.34",)])
def test_one_address_for_each_member(ranges: tuple[str, ...]) -> None:
    found = faults(with_addresses(*ranges))
    assert list(found) == ["members.addresses.ranges"]
    assert "exactly 3" in found["members.addresses.ranges"]


def test_addresses_are_needed() -> None:
    assert list(faults(etcd_document(members={"template": "t"}))) == ["members.addresses"]


def test_all_faults_at_once() -> None:
    document = with_addresses("10.0.0.31-10.0.1.33") | {
        "name": "x" * 60,
        "trustedCAs": ["nonsense"],
        "etcd": {"quotaMiB": 1, "colour": "blue"},
    }
    document["placement"] = document["placement"] | {"resourcePool": "production"}
    assert set(faults(document)) == {
        "name",
        "trustedCAs.0",
        "etcd.quotaMiB",
        "etcd.colour",
        "placement",
        "members.addresses.ranges",
        "members.addresses.ranges.0",
    }


def test_a_ranges_fault_is_told_once() -> None:
    assert list(faults(with_addresses("nonsense"))) == ["members.addresses.ranges.0"]


def test_endpoints_are_the_members_addresses() -> None:
    spec = EtcdClusterSpec.model_validate(etcd_document())
    assert endpoints(spec)[::2] == ("https://10.0.0.31:2379", "https://10.0.0.33:2379")


def test_members_are_a_core_that_takes_in_one_after_the_other() -> None:
    wanted = READERS[KIND](etcd_document(), generation=1, epoch=1, deleting=False)
    [group] = wanted.desired.groups
    assert (group.size, group.core, group.one_at_a_time) == (3, True, True)
    assert wanted.groups["members"].path == "members"
    assert role(KIND, "members") == "etcd"


def test_deleting_leaves_one_task_for_the_end() -> None:
    desired = READERS[KIND](etcd_document(), generation=1, epoch=1, deleting=True).desired
    assert [wish.when for wish in desired.tasks] == [When.AFTER_NODES]


def cluster_faults(**control_plane: Any) -> dict[str, str]:
    given = {"template": "debian-12-node", "size": 3} | control_plane
    spec = ClusterSpec.model_validate(cluster_document(controlPlane=given))
    return {fault.path: fault.message for fault in check(spec)}


def test_two_masters_take_an_external_etcd() -> None:
    assert "externalEtcd" in cluster_faults(size=2)["controlPlane.size"]
    assert not cluster_faults(size=2, externalEtcd={"etcdCluster": "e1"})


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ""),
        ({"prefix": "/a"}, ""),
        ({"etcdCluster": "e1", "secret": "s"}, ""),
        ({"etcdCluster": "e1", "endpoints": ["https://a:2379"]}, ""),
        ({"endpoints": ["https://a:2379"]}, ".secret"),
        ({"secret": "s"}, ".endpoints"),
    ],
)
def test_either_ours_or_the_users_own(given: dict[str, Any], path: str) -> None:
    assert list(cluster_faults(externalEtcd=given)) == [f"controlPlane.externalEtcd{path}"]


def test_the_users_own() -> None:
    assert not cluster_faults(externalEtcd={"endpoints": ["https://a:2379"], "secret": "s"})


@pytest.mark.parametrize("size", [0, 4, 6, True])
def test_other_sizes(size: object) -> None:
    document = cluster_document(controlPlane={"template": "t", "size": size})
    with pytest.raises(InvalidRequest) as err:
        read(ClusterSpec, document, check)
    [fault] = err.value.faults
    assert fault.path == "controlPlane.size"


def test_a_prefix_is_the_clusters_own_id_unless_given() -> None:
    assert ExternalEtcd(etcd_cluster="e1").prefix_for("some-id") == "/some-id"
    assert ExternalEtcd(etcd_cluster="e1", prefix="/a").prefix_for("some-id") == "/a"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("/a", "/a", True), ("/a", "/a/b", True), ("/a/b", "/a", True), ("/a", "/ab", False)],
)
def test_prefixes_meet_when_one_lies_within_the_other(one: str, other: str, expected: bool) -> None:
    assert meet(one, other) is expected


@pytest.mark.parametrize("external", [None, {"etcdCluster": "e1"}])
def test_masters_vote_only_over_an_etcd_of_their_own(external: dict[str, str] | None) -> None:
    plane = {"template": "t"} | ({"externalEtcd": external} if external else {})
    document = cluster_document(controlPlane=plane)
    wanted = READERS["cluster"](document, generation=1, epoch=1, deleting=False)
    assert wanted.desired.groups[0].voting is (external is None)


@pytest.mark.parametrize(("prefix", "claims"), [("/mine", True), (None, False)])
def test_only_a_chosen_prefix_has_to_be_claimed(prefix: str | None, claims: bool) -> None:
    external = {"etcdCluster": "e1"} | ({"prefix": prefix} if prefix else {})
    document = cluster_document(controlPlane={"template": "t", "externalEtcd": external})
    desired = READERS["cluster"](document, generation=1, epoch=1, deleting=False).desired
    before = [wish.name for wish in desired.tasks if wish.when is When.BEFORE_NODES]
    assert (ETCD_PREFIX in before) is claims
