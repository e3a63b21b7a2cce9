"""Clusters whose endpoint is on a load balancer pair."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from provisioner.settings import Settings
from provisioner.store import load_balancers, resources
from provisioner.store.tables import Lease
from tests.api.asking import POOL, accepted, create, faults, shown
from tests.api.load_balancing import balancer_document, make
from tests.api.looking import change, look, of_group
from tests.api.served import Api
from tests.api.test_node_joining import KEEPALIVED, joins_at
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document
from workflows.kinds.cluster_endpoint import ClusterEndpoints

WEB = {"name": "web", "ports": [443], "nodePools": ["pool1"]}


@pytest.fixture(autouse=True)
def pair(operator: httpx.Client) -> dict[str, Any]:
    return make(operator)


def on_pair(name: str = "c1", **endpoint: Any) -> dict[str, Any]:
    asked = {"mode": "loadBalancer", "loadBalancer": "edge"} | endpoint
    return cluster_document(name=name, endpoint=asked)


def test_the_vip_is_chosen_recorded_and_leased(api: Api, operator: httpx.Client) -> None:
    found = create(operator, on_pair())
    assert found["endpoint"] == "https://10.0.0.80:6443"
    assert found["spec"]["endpoint"]["vip"] == "10.0.0.80"
    query = select(Lease.kind, Lease.value).where(
        Lease.domain.startswith(api.vcenter_uuid), Lease.resource_id == found["id"]
    )
    with api.database.read() as session:
        assert [tuple(one) for one in session.execute(query)] == [("vip", "10.0.0.80")]
    assert operator.get("/loadbalancers/edge").json()["clusters"] == ["c1"]


def test_a_dry_run_shows_the_choice_and_takes_nothing(operator: httpx.Client) -> None:
    answer = operator.post("/clusters?dryRun=true", json=on_pair())
    assert answer.status_code == 200, answer.text
    assert answer.json()["spec"]["endpoint"]["vip"] == "10.0.0.80"
    assert "endpoint-pair" in answer.json()["plan"]["tasks"]
    assert create(operator, on_pair())["spec"]["endpoint"]["vip"] == "10.0.0.80"


def test_two_clusters_have_two_vips(operator: httpx.Client) -> None:
    create(operator, on_pair())
    assert create(operator, on_pair("c2"))["endpoint"] == "https://10.0.0.81:6443"
    told = faults(operator.post("/clusters", json=on_pair("c3", vip="10.0.0.81")))
    assert "in use by cluster 'c2'" in told["endpoint.vip"]


def test_clusters_asked_for_at_once_have_different_vips(api: Api) -> None:
    clients = [api.bearer(api.token("operator")) for _ in range(4)]
    with ThreadPoolExecutor(len(clients)) as pool:
        asked = [on_pair(f"c{number}") for number in range(len(clients))]
        made = list(pool.map(create, clients, asked))
    assert {one["endpoint"] for one in made} == {
        f"https://10.0.0.{number}:6443" for number in (80, 81, 82, 83)
    }


@pytest.mark.parametrize(
    ("endpoint", "path", "advice"),
    [
        ({"loadBalancer": "egde"}, "endpoint.loadBalancer", "there are: edge"),
        ({"vip": "10.0.0.99"}, "endpoint.vip", "10.0.0.80-10.0.0.89"),
        ({"ports": [443]}, "endpoint.ports", "must include 6443"),
        (
            {"services": [WEB | {"nodePools": ["pool9"]}]},
            "endpoint.services.0.nodePools.0",
            "pool1",
        ),
        ({"services": [{"ports": [443]}]}, "endpoint.services.0.name", "missing"),
    ],
)
def test_refused(operator: httpx.Client, endpoint: dict[str, Any], path: str, advice: str) -> None:
    told = faults(operator.post("/clusters", json=on_pair(**endpoint)))
    assert list(told) == [path]
    assert advice in told[path]


def test_another_organisations_pair_is_none(api: Api) -> None:
    api.add_vcenter("theirs")
    theirs = api.client("operator", "theirs")
    told = faults(theirs.post("/clusters", json=on_pair()))
    assert "create it first" in told["endpoint.loadBalancer"]


def test_a_pair_in_use_stays(operator: httpx.Client) -> None:
    create(operator, on_pair())
    refused = operator.delete("/loadbalancers/edge")
    assert refused.status_code == 409
    assert "c1" in refused.json()["detail"]
    accepted(operator.delete("/clusters/c1"))
    accepted(operator.delete("/loadbalancers/edge"))
    told = faults(operator.post("/clusters", json=on_pair("c2")))
    assert "is being deleted" in told["endpoint.loadBalancer"]


def test_a_pair_without_a_range(operator: httpx.Client) -> None:
    document = balancer_document(name="small", vips=[], services=[])
    document.pop("serviceRange")
    for number, member in enumerate(document["members"], 65):
        member["networks"]["management"]["address"] = f"10.0.0.{number}/24"
    make(operator, document)
    told = faults(operator.post("/clusters", json=on_pair(loadBalancer="small")))
    assert "no serviceRange" in told["endpoint.loadBalancer"]


def test_ports_and_services_can_change_and_the_rest_can_not(operator: httpx.Client) -> None:
    create(operator, on_pair())
    change = {"endpoint": {"ports": [6443, 8443], "services": [WEB]}}
    accepted(operator.patch("/clusters/c1", json=change))
    found = shown(operator, "c1")["spec"]["endpoint"]
    assert (found["ports"], found["services"][0]["ports"]) == ([6443, 8443], [443])
    assert (found["vip"], found["loadBalancer"]) == ("10.0.0.80", "edge")
    answer = operator.patch("/clusters/c1", json={"endpoint": {"vip": "10.0.0.81", "ports": [80]}})
    assert set(faults(answer)) == {"endpoint.vip", "endpoint.ports"}
    assert set(faults(operator.patch("/clusters/c1", json={"endpoint": None}))) == {"endpoint"}
    assert set(faults(operator.patch("/clusters/c1", json={"endpoint": {}}))) == {"endpoint"}


def test_only_a_pair_has_ports_to_change(operator: httpx.Client) -> None:
    create(operator)
    answer = operator.patch("/clusters/c1", json={"endpoint": {"ports": [6443, 443]}})
    assert "mode loadBalancer" in faults(answer)["endpoint.ports"]


def test_a_pool_that_a_service_names_is_taken_out_there_first(operator: httpx.Client) -> None:
    create(operator, on_pair(services=[WEB]))
    accepted(operator.post("/clusters/c1/nodepools", json=POOL))
    refused = operator.delete("/clusters/c1/nodepools/pool1")
    assert refused.status_code == 409
    assert "web" in refused.json()["detail"]
    accepted(operator.delete("/clusters/c1/nodepools/pool2"))
    accepted(operator.patch("/clusters/c1", json={"endpoint": {"services": []}}))
    accepted(operator.delete("/clusters/c1/nodepools/pool1"))


def test_masters_carry_no_address_and_join_before_the_name_is_served(
    api: Api, operator: httpx.Client
) -> None:
    rows = look(api, create(operator, on_pair(dnsName="k8s.example.com")))
    leader, follower, *_ = of_group(rows, "control-plane")
    assert Visit(api, follower).get(KEEPALIVED).status_code == 404
    change(api, leader, phase="ready", address="10.0.0.20")
    assert joins_at(api, follower) == "10.0.0.20:6443"
    assert joins_at(api, of_group(rows, "pool1")[0]) == "k8s.example.com:6443"


def test_without_a_name_everybody_joins_at_the_vip(api: Api, operator: httpx.Client) -> None:
    rows = look(api, create(operator, on_pair()))
    leader, follower, *_ = of_group(rows, "control-plane")
    change(api, leader, phase="ready", address="10.0.0.20")
    assert joins_at(api, follower) == "10.0.0.80:6443"


def carry(api: Api, cluster: dict[str, Any]) -> None:
    """What the cluster's workflow would have done meanwhile."""
    ClusterEndpoints(api.database, Settings()).carry(cluster["id"])


def endpoints(api: Api, pair: dict[str, Any]) -> list[str]:
    with api.database.read() as session:
        row = resources.get(session, pair["id"])
        return [str(one.address) for one in load_balancers.document_of(session, row).endpoints]


def test_a_change_of_the_pair_leaves_what_it_carries(
    api: Api, operator: httpx.Client, pair: dict[str, Any]
) -> None:
    carry(api, create(operator, on_pair()))
    accepted(operator.post("/loadbalancers/edge/servers/w1/actions/drain"))
    accepted(operator.patch("/loadbalancers/edge", json={"failback": "manual"}))
    assert endpoints(api, pair) == ["10.0.0.80"]
    shrunk = operator.patch("/loadbalancers/edge", json={"serviceRange": "10.0.0.85-10.0.0.89"})
    assert set(faults(shrunk)) == {"serviceRange"}
    vips = [*pair["spec"]["vips"], {"name": "mine", "address": "10.0.0.80"}]
    changed = {"vips": vips, "serviceRange": "10.0.0.81-10.0.0.89"}
    assert faults(operator.patch("/loadbalancers/edge", json=changed))
    grown = operator.patch("/loadbalancers/edge", json={"serviceRange": "10.0.0.80-10.0.0.99"})
    accepted(grown)


def test_too_much_for_one_pair(operator: httpx.Client) -> None:
    services = [{"name": f"s{n}", "ports": [1000 + n]} for n in range(32)]
    document = on_pair(services=services)
    document["nodePools"][0]["size"] = 400
    told = faults(operator.post("/clusters", json=document))
    assert "edge is full" in told["endpoint.loadBalancer"]
    document["nodePools"][0]["size"] = 2
    create(operator, document)
    grown = operator.patch("/clusters/c1/nodepools/pool1", json={"size": 400})
    assert "is full" in faults(grown)["size"]
