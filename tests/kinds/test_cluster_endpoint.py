"""What a pair is told of a cluster's nodes, on record: in its document and both histories."""

from typing import Any

import pytest

from provisioner.domain.conditions import Status
from provisioner.domain.load_balancers import ClusterEndpoint
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.settings import Settings
from provisioner.store import clusters, load_balancers, resources
from provisioner.store.tables import Resource
from tests.store.estate import Estate
from tests.store.test_load_balancer_endpoints import make_cluster, make_pair
from workflows.kinds.cluster_care import Subject
from workflows.kinds.cluster_endpoint import (
    ClusterEndpoints,
    PairFull,
    PairMissing,
    PairNotReady,
)

STATIC = {"ranges": ["10.0.0.21-10.0.0.29"], "prefixLength": 24}


@pytest.fixture
def endpoints(estate: Estate) -> ClusterEndpoints:
    estate.set_vcenter(name="vc1")
    return ClusterEndpoints(estate.database, Settings())


@pytest.fixture
def edge(estate: Estate, endpoints: ClusterEndpoints) -> str:
    return make_pair(estate)


def carried(estate: Estate, name: str = "c1", **document: Any) -> str:
    """A cluster on the pair; its id."""
    make_cluster(estate, name)
    found = estate.read(lambda session: resources.find(session, estate.org, "cluster", name))
    estate.change(found.id, **{"vcenter": "vc1"} | document)
    return found.id


def on_record(estate: Estate, edge: str) -> tuple[ClusterEndpoint, ...]:
    return estate.read(
        lambda session: load_balancers.document_of(session, resources.get(session, edge)).endpoints
    )


def led_to(estate: Estate, edge: str) -> list[str]:
    [found] = on_record(estate, edge)
    return [str(master.address) for master in found.masters]


def told(estate: Estate, resource: str, reason: str) -> list[str]:
    return [one.message for one in estate.events(resource) if one.reason == reason]


def test_the_vip_is_carried_before_there_is_any_master(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    cluster = carried(estate)
    assert endpoints.carry(cluster) == (f"load-balancer/{edge}",)
    [found] = on_record(estate, edge)
    assert (found.cluster, str(found.address), found.masters) == ("c1", "10.2.0.201", ())


def test_a_static_address_is_led_to_before_its_vm_exists(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    masters = {"size": 1, "template": "debian-12-node", "addresses": STATIC}
    cluster = carried(estate, controlPlane=masters)
    estate.look(cluster)
    endpoints.carry(cluster)
    assert led_to(estate, edge) == ["10.0.0.21"]


def test_it_follows_the_masters_and_is_changed_for_news_alone(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    cluster = carried(estate)
    estate.look(cluster)
    first, second, third = estate.nodes(cluster, CONTROL_PLANE)
    estate.set(first, address="10.0.0.21", phase=Phase.READY)
    endpoints.carry(cluster)
    assert led_to(estate, edge) == ["10.0.0.21"]
    generation = estate.resource(edge).generation
    assert endpoints.carry(cluster) == ()
    assert estate.resource(edge).generation == generation
    estate.set(second, address="10.0.0.22", phase=Phase.READY)
    estate.set(third, address="10.0.0.23", phase=Phase.GONE)
    endpoints.carry(cluster)
    assert set(led_to(estate, edge)) == {"10.0.0.21", "10.0.0.22"}
    estate.set(first, phase=Phase.REMOVING)
    endpoints.carry(cluster)
    assert led_to(estate, edge) == ["10.0.0.22"]


def test_both_histories_tell(estate: Estate, edge: str, endpoints: ClusterEndpoints) -> None:
    cluster = carried(estate)
    estate.settle(edge)
    endpoints.carry(cluster)
    [ours], [theirs] = told(estate, cluster, "EndpointChanged"), told(estate, edge, "Amended")
    assert "load balancer edge, generation 2: 10.2.0.201 leads to no master yet" in ours
    assert theirs.startswith("endpoint of cluster c1: 10.2.0.201")
    operation = estate.operation(edge)
    assert (operation.kind, operation.state) == ("cluster endpoints", "running")
    estate.settle(edge)
    assert estate.operation(edge).state == "succeeded"


def test_what_a_user_waits_for_is_not_superseded(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    asked = estate.operation(edge)
    endpoints.carry(carried(estate))
    assert estate.operation(edge).id == asked.id
    estate.settle(edge)
    assert estate.operation(edge).state == "succeeded"
    assert estate.resource(edge).observed_generation == 2


def test_many_clusters_on_one_pair(estate: Estate, edge: str, endpoints: ClusterEndpoints) -> None:
    first, second = carried(estate, "c1"), carried(estate, "c2")
    for cluster in (first, second, first):
        endpoints.carry(cluster)
    assert [one.cluster for one in on_record(estate, edge)] == ["c1", "c2"]
    assert endpoints.withdraw(first) == (f"load-balancer/{edge}",)
    assert [one.cluster for one in on_record(estate, edge)] == ["c2"]
    assert endpoints.withdraw(first) == ()
    assert told(estate, edge, "Amended")[-1] == "endpoint of cluster c1: gone"


def test_clusters_are_spread_over_both_members_and_stay_there(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    made = [carried(estate, f"c{number}") for number in (1, 2, 3)]
    for cluster in made:
        endpoints.carry(cluster)
    assert [one.preferred_member for one in on_record(estate, edge)] == ["m1", "m2", "m1"]
    endpoints.withdraw(made[0])
    estate.look(made[1])
    [master, *_] = estate.nodes(made[1], CONTROL_PLANE)
    estate.set(master, address="10.0.0.21")
    endpoints.carry(made[1])
    assert [one.preferred_member for one in on_record(estate, edge)] == ["m2", "m1"]


def test_one_that_goes_is_not_told_of_again(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    cluster = carried(estate)
    endpoints.carry(cluster)
    estate.delete(cluster)
    endpoints.withdraw(cluster)
    assert endpoints.carry(cluster) == ()
    assert on_record(estate, edge) == ()


def test_services_lead_to_workers(estate: Estate, edge: str, endpoints: ClusterEndpoints) -> None:
    asked = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.2.0.201"}
    services = [{"name": "web", "ports": [443, "30000-30010"], "nodePools": ["pool1"]}]
    cluster = carried(estate, endpoint=asked | {"services": services})
    estate.look(cluster)
    [worker, _] = estate.nodes(cluster, "pool1")
    estate.set(worker, address="10.0.0.41")
    endpoints.carry(cluster)
    [found] = on_record(estate, edge)
    [web] = found.services
    assert [(one.name, str(one.address)) for one in web.nodes] == [(worker.name, "10.0.0.41")]
    assert (web.ports, web.check.port) == ((443, "30000-30010"), 10256)
    assert "web: 1 node" in told(estate, cluster, "EndpointChanged")[-1]


def test_masters_wait_for_a_pair_that_is_being_made(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    cluster = carried(estate)
    with pytest.raises(PairNotReady, match="pkectl lb get edge") as refused:
        endpoints.await_pair(cluster)
    assert refused.value.transient
    estate.settle(edge)
    endpoints.await_pair(cluster)


def test_a_pair_that_is_gone_is_told(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    cluster = carried(estate)
    estate.delete(edge)
    for ask in (endpoints.carry, endpoints.await_pair):
        with pytest.raises(PairMissing, match="edge"):
            ask(cluster)
    assert endpoints.withdraw(cluster) == ()


def test_a_pair_that_is_full_keeps_what_it_has(
    estate: Estate, edge: str, endpoints: ClusterEndpoints
) -> None:
    asked = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.2.0.201"}
    services = [{"name": f"s{n}", "ports": [1000 + n]} for n in range(32)]
    pools = [{"name": "pool1", "size": 400, "template": "debian-12-node"}]
    cluster = carried(estate, endpoint=asked | {"services": services}, nodePools=pools)
    estate.look(cluster)
    for number, node in enumerate(estate.nodes(cluster, "pool1")):
        estate.set(node, address=f"10.{number % 7}.{number % 251}.{number % 200}")
    with pytest.raises(PairFull, match="load balancer edge"):
        endpoints.carry(cluster)
    assert on_record(estate, edge) == ()


def condition(estate: Estate, endpoints: ClusterEndpoints, cluster: str) -> tuple[str, str]:
    spec = estate.read(lambda session: clusters.spec_of(session, resources.get(session, cluster)))
    [found] = endpoints.look(Subject(cluster, spec, (), None))
    return found.status, found.reason


def test_care_tells_how_the_pair_is(estate: Estate, edge: str, endpoints: ClusterEndpoints) -> None:
    cluster = carried(estate)
    assert condition(estate, endpoints, cluster) == ("False", "Behind")
    endpoints.carry(cluster)
    assert condition(estate, endpoints, cluster) == ("True", "Carried")

    def degrade(_: object, row: Resource) -> None:
        row.status = Status.DEGRADED

    estate.locked(edge, degrade)
    assert condition(estate, endpoints, cluster) == ("False", "PairNotWell")
