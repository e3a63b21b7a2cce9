"""POST, GET and DELETE /loadbalancers: what is accepted, what is refused and with which words."""

from typing import Any

import httpx
import pytest

from provisioner.domain.load_balancers import KIND
from provisioner.edge.status import GroupStatus, MemberStatus, ServerStatus
from provisioner.store import member_statuses
from provisioner.store.types import utc_now
from tests.api.asking import create, faults
from tests.api.load_balancing import STATS, balancer_document, make, member, web
from tests.api.looking import change, look
from tests.api.served import Api
from tests.unit.documents import cluster_document


def test_accepted_and_shown(operator: httpx.Client, viewer: httpx.Client) -> None:
    found = make(operator)
    assert (found["name"], found["status"], found["clusters"]) == ("edge", "CREATING", [])
    assert [one["address"] for one in found["members"]] == ["10.0.0.61", "10.0.0.62"]
    assert [(vip["address"], vip["preferredMember"]) for vip in found["vips"]] == [
        ("10.0.0.70", "m1"),
        ("10.0.0.71", "m2"),
    ]
    assert found["dnsRecords"] == ["www.example.com. 60 IN A 10.0.0.70"]
    assert found["spec"]["vrrp"] == {"version": 3, "auth": "none"}
    assert viewer.get("/loadbalancers/edge").json() == found
    [summary] = viewer.get("/loadbalancers").json()["items"]
    assert summary.items() <= found.items()
    [first] = viewer.get("/loadbalancers/edge/events").json()["items"]
    assert first["reason"] == "CreationRequested"
    assert viewer.get(f"/operations/{found['operation']}").json()["cluster"]["kind"] == KIND


def report(api: Api, node: str, priority: int, held: tuple[str, ...]) -> None:
    group = GroupStatus(member="m1", state="MASTER", priority=priority, since=60.0, held=held)
    server = ServerStatus(backend="web.servers", name="w1", state="UP", check="L4OK", since=90.0)
    status = MemberStatus(groups=(group,), servers=(server,))
    with api.database.write() as session:
        member_statuses.note(session, node, status, status, utc_now())


def test_what_members_tell_is_shown(api: Api, operator: httpx.Client) -> None:
    one, other = sorted(look(api, make(operator)), key=lambda node: node.group)
    report(api, one.id, 100, ("10.0.0.70",))
    report(api, other.id, 98, ())
    change(api, one, configuration="b", answered="a")
    found = operator.get("/loadbalancers/edge").json()["observed"]
    assert found["vips"] == [
        {"name": "web", "address": "10.0.0.70", "holders": ["m1"], "priority": 100}
        | {"since": "1970-01-01T00:01:00Z"},
        {"name": "psc", "address": "10.0.0.71", "holders": [], "priority": None, "since": None},
    ]
    [server] = found["servers"]
    assert (server["service"], server["name"]) == ("web", "w1")
    assert [(at["member"], at["state"], at["check"]) for at in server["members"]] == [
        ("m1", "UP", "L4OK"),
        ("m2", "UP", "L4OK"),
    ]
    assert [(at["revision"], at["asked"], at["inSync"]) for at in found["members"]] == [
        ("a", "b", False),
        (None, None, False),
    ]


def test_one_that_nobody_has_heard_of_yet(operator: httpx.Client) -> None:
    found = make(operator)["observed"]
    assert found["servers"] == []
    assert [(at["name"], at["reportedAt"]) for at in found["members"]] == [
        ("m1", None),
        ("m2", None),
    ]


def test_how_ports_that_move_together_are_moved(operator: httpx.Client) -> None:
    document = balancer_document()
    document["vips"][1] |= {"dnsName": "psc.example.com"}
    [found] = make(operator, document)["repoints"]
    assert found == {
        "service": "psc",
        "active": "psc1",
        "servers": ["psc1", "psc2", "psc3"],
        "pkectl": "pkectl lb repoint edge psc",
        "vmware": "cmsso-util repoint --repoint-psc psc.example.com",
    }


def test_what_is_shown_can_be_asked_for_again(operator: httpx.Client) -> None:
    spec = make(operator)["spec"]
    answer = operator.post("/loadbalancers?dryRun=true", json=spec)
    assert {one for one in faults(answer).values() if "already" not in one} == {
        f"{address} is in use by load balancer 'edge'; choose free addresses"
        for address in ("10.0.0.61", "10.0.0.62", "10.0.0.70", "10.0.0.71")
    }


def test_each_member_is_a_vm_of_its_own(api: Api, operator: httpx.Client) -> None:
    found = make(operator)
    planned = {node.group: node.nics[0]["address"] for node in look(api, found)}
    assert planned == {"m1": "10.0.0.61/24", "m2": "10.0.0.62/24"}
    listed = operator.get("/loadbalancers/edge/nodes").json()["items"]
    assert [(one["group"], one["role"]) for one in listed] == [("m1", KIND), ("m2", KIND)]


def test_one_member_is_told_that_nobody_takes_over(operator: httpx.Client) -> None:
    alone = balancer_document(members=[member(1)], vips=[], services=[])
    assert "edge has one member" in " ".join(make(operator, alone)["notes"])


def test_a_dry_run_changes_nothing(operator: httpx.Client) -> None:
    answer = operator.post("/loadbalancers?dryRun=true", json=balancer_document())
    assert answer.status_code == 200, answer.text
    planned = answer.json()["plan"]
    assert planned["create"] == [{"group": "m1", "count": 1}, {"group": "m2", "count": 1}]
    assert operator.get("/loadbalancers").json() == {"items": []}
    make(operator)


def test_a_repeated_request_makes_one(operator: httpx.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [
        operator.post("/loadbalancers", json=balancer_document(), headers=headers).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_all_faults_at_once(operator: httpx.Client) -> None:
    create(operator, cluster_document(loadBalancerRanges=["10.0.0.85-10.0.0.99"]))
    astray = member(2, template=None, vcenter="elsewhere")
    vips = [{"name": "web", "address": "10.0.0.10"}, {"name": "web", "address": "10.7.0.1"}]
    document = balancer_document(
        members=[member(1, image="os=debian12"), astray],
        vips=vips,
        services=[web(ports=["443"])],
        stats={"secret": "nowhere"},
        colour="blue",
    )
    found = faults(operator.post("/loadbalancers", json=document))
    assert set(found) == {
        "colour",
        "members.0.image",
        "members.1.template",
        "members.1.vcenter",
        "services.0.ports.0",
        "serviceRange",
        "stats.secret",
        "vips.0.address",
        "vips.1.address",
        "vips.1.name",
    }
    assert "in use by cluster 'c1'" in found["vips.0.address"]
    assert "loadBalancerRanges.0 of cluster 'c1'" in found["serviceRange"]
    assert "create it first" in found["stats.secret"]


def test_what_a_pair_has_is_nobody_elses(operator: httpx.Client) -> None:
    make(operator)
    found = faults(operator.post("/loadbalancers", json=balancer_document(name="other")))
    assert "in use by load balancer 'edge'" in found["members.0.networks.management.address"]
    assert set(found) >= {"vips.0.address", "vips.1.address"}
    found = faults(operator.post("/clusters", json=cluster_document(endpoint={"vip": "10.0.0.70"})))
    assert "in use by load balancer 'edge'" in found["endpoint.vip"]


def test_what_metallb_announces_is_in_no_service_range(operator: httpx.Client) -> None:
    make(operator)
    asked = cluster_document(loadBalancerRanges=["10.0.0.75-10.0.0.80"])
    found = faults(operator.post("/clusters", json=asked))
    assert "serviceRange of load balancer 'edge'" in found["loadBalancerRanges.0"]
    asked["placement"] = asked["placement"] | {"networks": [{"name": "others"}]}
    create(operator, asked)


def test_a_service_range_with_a_leased_address_in_it(operator: httpx.Client) -> None:
    create(operator)
    found = faults(
        operator.post("/loadbalancers", json=balancer_document(serviceRange="10.0.0.8/29"))
    )
    assert "10.0.0.10 is in use by cluster 'c1'" in found["serviceRange"]


def test_the_stats_pages_secret_is_of_its_type_and_stays(operator: httpx.Client) -> None:
    assert operator.post("/secrets", json=STATS).status_code == 201
    make(operator, balancer_document(stats={"secret": "edge-stats"}))
    answer = operator.delete("/secrets/edge-stats")
    assert answer.status_code == 409
    assert "load-balancer edge" in answer.json()["detail"]


def test_members_with_one_name(operator: httpx.Client) -> None:
    twins = [member(1, name="m"), member(2, name="m")]
    found = faults(operator.post("/loadbalancers", json=balancer_document(members=twins)))
    assert "another name" in found["members.1.name"]


def test_too_much_for_a_vm(operator: httpx.Client) -> None:
    servers = [{"name": f"s{one}", "address": f"10.9.{one}.1"} for one in range(250)]
    many = [
        web(name=f"web{one}", ports=[1000 + one], pools=[{"name": "p", "servers": servers}])
        for one in range(60)
    ]
    found = faults(operator.post("/loadbalancers", json=balancer_document(services=many)))
    assert "too large" in found["services"]


def test_a_vcenter_of_any_member_stays(
    api: Api, operator: httpx.Client, admin: httpx.Client
) -> None:
    api.add_vcenter(name="west")
    make(operator, balancer_document(members=[member(1), member(2, vcenter="west")]))
    for name in ("lab", "west"):
        answer = admin.delete(f"/vcenters/{name}")
        assert answer.status_code == 409
        assert "load balancer edge" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_ones(operator: httpx.Client, method: str) -> None:
    answer = operator.request(method, "/loadbalancers/nowhere")
    assert answer.status_code == 404
    assert "load balancer 'nowhere'" in answer.json()["detail"]


def test_deleted_and_retried(operator: httpx.Client) -> None:
    found = make(operator)
    assert operator.post("/loadbalancers/edge/retry").status_code == 202
    answer = operator.delete("/loadbalancers/edge")
    assert answer.json()["kind"] == "delete"
    assert operator.delete(f"/loadbalancers/{found['id']}").json()["id"] == answer.json()["id"]


def test_an_image_of_a_load_balancer_is_looked_for(operator: httpx.Client) -> None:
    document: dict[str, Any] = balancer_document()
    document["members"][1] |= {"template": None, "image": "os=debian12"}
    found = faults(operator.post("/loadbalancers", json=document))
    assert "image of a load-balancer" in found["members.1.image"]
