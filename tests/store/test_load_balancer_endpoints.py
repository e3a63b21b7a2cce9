"""VIPs for clusters, from the range of the pair that is to carry them."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND as CLUSTER
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.load_balancers import KIND
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import (
    leases,
    load_balancer_endpoints,
    load_balancer_estates,
    load_balancer_leases,
    load_balancers,
    resources,
)
from provisioner.store.leases import Holder
from provisioner.store.load_balancer_endpoints import with_vip
from provisioner.store.load_balancer_users import users_by_name
from provisioner.store.resources import NewResource
from provisioner.store.tables import Resource
from tests.store.estate import NODES, Estate
from tests.store.test_load_balancers import join_vcenter, pair, placed
from tests.unit.documents import cluster_document

RANGE = "10.2.0.201-10.2.0.203"


@pytest.fixture(autouse=True)
def name_of_the_vcenter(estate: Estate) -> None:
    estate.set_vcenter(name="vc1")


def make_pair(estate: Estate, name: str = "edge", **changes: Any) -> str:
    spec = pair(**{"name": name, "serviceRange": RANGE} | changes)
    body = spec.model_dump(mode="json", by_alias=True, exclude_none=True)

    def create(session: Session) -> str:
        new = NewResource(estate.org, KIND, name, estate.vcenter, body, "alice")
        resource, _ = resources.create(session, new)
        where = load_balancer_estates.find_estate(session, estate.org, spec)
        load_balancer_leases.reserve(session, resource, spec, where)
        return resource.id

    return estate.write(create)


def spec(vip: str | None = None, name: str = "c1") -> ClusterSpec:
    endpoint = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": vip}
    return ClusterSpec.model_validate(cluster_document(name=name, endpoint=endpoint))


def make_cluster(estate: Estate, name: str, vip: str | None = None) -> str:
    """The VIP it got."""

    def create(session: Session) -> str:
        found, faults = with_vip(session, estate.org, spec(vip, name))
        assert faults == []
        body = found.model_dump(mode="json", by_alias=True, exclude_none=True)
        new = NewResource(estate.org, CLUSTER, name, estate.vcenter, body, "alice")
        resource, _ = resources.create(session, new)
        load_balancer_endpoints.reserve(session, resource, found)
        return str(found.endpoint.vip)

    return estate.write(create)


def refused(estate: Estate, asked: ClusterSpec) -> Fault:
    _, faults = estate.write(lambda session: with_vip(session, estate.org, asked))
    [fault] = faults
    return fault


def test_each_gets_the_first_free_one(estate: Estate) -> None:
    make_pair(estate)
    found = [make_cluster(estate, f"c{number}") for number in (1, 2, 3)]
    assert found == ["10.2.0.201", "10.2.0.202", "10.2.0.203"]
    fault = refused(estate, spec(name="c4"))
    assert fault.path == "endpoint.loadBalancer"
    assert "all 3 addresses" in fault.message
    users = estate.read(lambda session: users_by_name(session, estate.org))
    assert users["edge"] == ["c1", "c2", "c3"]


def test_one_asked_for_is_given_or_refused(estate: Estate) -> None:
    make_pair(estate)
    assert make_cluster(estate, "c1", "10.2.0.202") == "10.2.0.202"
    taken, outside = refused(estate, spec("10.2.0.202", "c2")), refused(estate, spec("10.2.0.9"))
    assert (taken.path, outside.path) == ("endpoint.vip", "endpoint.vip")
    assert "in use by cluster 'c1'" in taken.message
    assert RANGE in outside.message
    assert make_cluster(estate, "c2") == "10.2.0.201"
    assert make_cluster(estate, "c3") == "10.2.0.203"


def test_what_clusters_lead_to_services_is_left_to_them(estate: Estate) -> None:
    make_pair(estate)
    estate.cluster("metal", loadBalancerRanges=["10.2.0.200-10.2.0.202"], vcenter="vc1")
    assert make_cluster(estate, "c1") == "10.2.0.203"
    assert "loadBalancerRanges.0" in refused(estate, spec("10.2.0.201")).message


def test_an_address_counts_in_all_networks_of_the_members(estate: Estate) -> None:
    join_vcenter(estate, "vc2")
    afar = "vc2/DistributedVirtualPortgroup:/DC1/network/nodes"
    make_pair(estate, members=[placed(1), placed(2, vcenter="vc2")])
    other = Holder(estate.cluster("c9"))
    estate.write(lambda session: leases.take(session, leases.VIP, afar, "10.2.0.201", other))
    assert make_cluster(estate, "c1") == "10.2.0.202"
    for domain in (NODES, afar):
        taken = estate.read(lambda session, at=domain: leases.taken_addresses(session, at))
        assert "10.2.0.202" in taken


def test_a_lease_that_came_between_is_told(estate: Estate) -> None:
    make_pair(estate)
    other = Holder(estate.cluster("c9"))
    estate.write(lambda session: leases.take(session, leases.VIP, NODES, "10.2.0.201", other))
    resource = estate.cluster("c1")

    def reserve(session: Session) -> None:
        row = resources.lock(session, resource)
        load_balancer_endpoints.reserve(session, row, spec("10.2.0.201"))

    with pytest.raises(InvalidRequest, match=r"10\.2\.0\.201"):
        estate.write(reserve)


def test_a_pair_that_can_not_carry_it(estate: Estate) -> None:
    assert "create it first" in refused(estate, spec()).message
    make_pair(estate, "other", serviceRange=None)
    assert "there are: other" in refused(estate, spec()).message


def test_a_pair_without_a_range_has_no_vips_for_clusters(estate: Estate) -> None:
    make_pair(estate, serviceRange=None)
    assert "no serviceRange" in refused(estate, spec()).message


def test_a_pair_that_goes_takes_nobody_on(estate: Estate) -> None:
    estate.delete(make_pair(estate))
    assert "is being deleted" in refused(estate, spec()).message


def lease_again(estate: Estate, edge: str) -> set[str]:
    """As a change of the pair's members does; addresses of its networks that are leased then."""

    def reserve(session: Session, row: Resource) -> set[str]:
        document = load_balancers.document_of(session, row)
        where = load_balancer_estates.find_estate(session, estate.org, document)
        load_balancer_leases.reserve(session, row, document, where)
        return set(leases.taken_addresses(session, NODES))

    return estate.locked(edge, reserve)


def test_a_cluster_that_has_freed_its_vip_gets_none_again(estate: Estate) -> None:
    edge = make_pair(estate)
    vip = make_cluster(estate, "c1")
    assert vip in lease_again(estate, edge)
    cluster = estate.read(lambda session: resources.find(session, estate.org, CLUSTER, "c1"))
    estate.delete(cluster.id)
    estate.write(lambda session: leases.free_of_resource(session, cluster.id))
    assert vip not in lease_again(estate, edge)


def test_a_cluster_that_goes_has_its_vip_while_the_pair_carries_it(estate: Estate) -> None:
    edge = make_pair(estate)
    vip = make_cluster(estate, "c1")
    cluster = estate.read(lambda session: resources.find(session, estate.org, CLUSTER, "c1"))
    estate.change(edge, endpoints=[{"cluster": "c1", "address": vip}])
    estate.delete(cluster.id)
    assert vip in lease_again(estate, edge)


def test_clusters_count_before_the_pair_was_told_of_them(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_pair(estate)
    monkeypatch.setattr(load_balancer_endpoints, "MAX_ENDPOINTS", 1)
    make_cluster(estate, "c1")
    assert "carries 1 clusters" in refused(estate, spec(name="c2")).message
