"""A cluster's document against what is on record: its vCenter, its name, its reservations."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from provisioner.domain.faults import InvalidRequest
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import clusters, leases, resources, vcenter_uses
from provisioner.store.errors import Conflict
from provisioner.store.sites import Site
from provisioner.store.tables import VCenter
from tests.store.estate import NODES, Estate
from tests.unit.documents import cluster_document


def spec(**changes: Any) -> ClusterSpec:
    return ClusterSpec.model_validate(cluster_document(**changes))


def site(estate: Estate, asked: ClusterSpec) -> Site:
    return estate.read(lambda session: clusters.find_site(session, estate.org, asked))


def reserve(estate: Estate, name: str, **changes: Any) -> str:
    """A new cluster's id, with what it needs."""
    asked = spec(name=name, **changes)

    def create(session: Session) -> str:
        resource, _ = resources.create(session, estate.new(name, **changes))
        found = clusters.find_site(session, estate.org, asked)
        clusters.reserve(session, resource, asked, found)
        return resource.id

    return estate.write(create)


def vrid(estate: Estate, resource: str) -> int | None:
    return estate.read(lambda session: clusters.vrid(session, resource))


def test_each_group_finds_its_place_and_its_network(estate: Estate) -> None:
    found = site(estate, spec())
    assert set(found.places) == {"control-plane", "pool1"}
    assert found.faults == ()
    assert found.domain("pool1") == NODES
    assert found.domain("nobody") is None


def test_groups_without_a_place_are_told_about(estate: Estate) -> None:
    wrong = spec(controlPlane={"size": 3, "template": "database"})
    found = site(estate, wrong)
    assert set(found.places) == {"pool1"}
    assert [fault.path for fault in found.faults] == ["controlPlane.template"]


def test_a_fault_of_all_groups_is_told_once(estate: Estate) -> None:
    found = site(estate, spec(placement=cluster_document()["placement"] | {"datastore": "x"}))
    assert [fault.path for fault in found.faults] == ["placement.datastore"]


def test_an_unknown_vcenter_is_a_fault(estate: Estate) -> None:
    with pytest.raises(InvalidRequest, match="register the vCenter first"):
        site(estate, spec(vcenter="nowhere"))


def test_a_vcenter_that_was_never_read_is_a_fault(estate: Estate) -> None:
    def forget(session: Session) -> None:
        session.get_one(VCenter, estate.vcenter).watched_at = None

    estate.write(forget)
    with pytest.raises(InvalidRequest, match="has not been read yet"):
        site(estate, spec())


def test_a_vip_is_reserved_once(estate: Estate) -> None:
    reserve(estate, "c1")
    with pytest.raises(InvalidRequest, match=r"endpoint\.vip: vip 10\.0\.0\.10 is leased already"):
        reserve(estate, "c2")
    assert [one.name for one in _listed(estate)] == ["c1"]


def test_each_cluster_of_a_network_has_its_own_vrid(estate: Estate) -> None:
    first = reserve(estate, "c1")
    second = reserve(estate, "c2", endpoint={"vip": "10.0.0.11"})
    assert (vrid(estate, first), vrid(estate, second)) == (1, 2)


def test_who_has_a_load_balancer_needs_no_vrid(estate: Estate) -> None:
    resource = reserve(estate, "c1", endpoint={"mode": "external", "dnsName": "c1.example.org"})
    assert vrid(estate, resource) is None
    assert estate.read(lambda session: leases.vips_of(session, resource)) == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("c1", "already"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "form of an id"),
        ("c2", ""),
    ],
)
def test_a_name_must_be_free_and_no_id(estate: Estate, name: str, said: str) -> None:
    estate.cluster("c1")
    found = estate.read(
        lambda session: clusters.faults_of_name(session, estate.org, spec(name=name))
    )
    assert [fault.path for fault in found] == (["name"] if said else [])
    assert all(said in fault.message for fault in found)


def test_a_vcenter_is_in_use_until_its_last_vm_is_gone(estate: Estate) -> None:
    def in_use() -> bool:
        def ask(session: Session) -> None:
            vcenter_uses.refuse_when_used(session, session.get_one(VCenter, estate.vcenter))

        try:
            estate.read(ask)
        except Conflict:
            return True
        return False

    assert not in_use()
    resource = estate.cluster()
    estate.look(resource)
    assert in_use()
    estate.locked(resource, lambda _, row: setattr(row, "deleted_at", estate.now))
    assert in_use()
    estate.set(estate.nodes(resource), phase="gone")
    assert not in_use()


def _listed(estate: Estate) -> list[Any]:
    return estate.read(lambda session: resources.listed(session, estate.org, "cluster"))
