"""PATCH /loadbalancers: what can change, what follows from it, and what is said of the rest."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from provisioner.domain.clusters import KIND as CLUSTER
from provisioner.domain.nodes import Phase
from provisioner.domain.virtual_machines import WatchBatch
from provisioner.store import (
    inventory,
    leases,
    load_balancer_leases,
    load_balancers,
    resources,
    vcenters,
)
from provisioner.store.resources import NewResource
from tests.api.asking import accepted, create, faults
from tests.api.inventory import batch as the_inventory
from tests.api.load_balancing import STATS, balancer_document, make, member, psc, web
from tests.api.looking import look, make_ready
from tests.api.served import Api
from tests.unit.documents import cluster_document

Change = Callable[..., dict[str, Any]]


@pytest.fixture
def edge(operator: httpx.Client) -> dict[str, Any]:
    return make(operator)


@pytest.fixture
def change(operator: httpx.Client, edge: dict[str, Any]) -> Change:
    """Changes it; answers it as it is shown then."""

    def patch(**fields: Any) -> dict[str, Any]:
        accepted(operator.patch("/loadbalancers/edge", json=fields))
        return operator.get("/loadbalancers/edge").json()

    return patch


def refused(operator: httpx.Client, **fields: Any) -> dict[str, str]:
    return faults(operator.patch("/loadbalancers/edge", json=fields))


def router_ids(api: Api, edge: dict[str, Any]) -> dict[str, int]:
    with api.database.read() as session:
        resource = resources.get(session, edge["id"])
        document = load_balancers.document_of(session, resource)
        return load_balancer_leases.leased_router_ids(session, resource.id, document)


def leased(api: Api) -> set[str]:
    with api.database.read() as session:
        return set(leases.taken_addresses(session, f"{api.vcenter_uuid}/network-1"))


def test_what_is_given_replaces(edge: dict[str, Any], change: Change) -> None:
    found = change(services=[web(ports=[80, 443])], failback="manual", vrrp={"version": 2})
    assert [one["name"] for one in found["spec"]["services"]] == ["web"]
    assert found["spec"]["services"][0]["ports"] == [80, 443]
    assert found["spec"]["failback"] == "manual"
    assert found["spec"]["vips"] == edge["spec"]["vips"]
    assert found["generation"] == edge["generation"] + 1


def test_what_is_shown_changes_nothing(edge: dict[str, Any], change: Change) -> None:
    spec = {key: one for key, one in edge["spec"].items() if key not in ("name", "install")}
    assert change(**spec)["spec"] == edge["spec"]


def test_a_dry_run_of_a_change(operator: httpx.Client, edge: dict[str, Any]) -> None:
    body = {"members": [{"name": "m1"}], "vips": [], "services": []}
    answer = operator.patch("/loadbalancers/edge?dryRun=true", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["plan"]["create"] == [{"group": "m1", "count": 1}]
    assert operator.get("/loadbalancers/edge").json() == edge
    assert set(answer.json()["spec"]) == set(edge["spec"])


def test_what_can_be_taken_away(operator: httpx.Client, change: Change) -> None:
    operator.post("/secrets", json=STATS)
    assert change(stats={"secret": "edge-stats"})["spec"]["stats"]["port"] == 8404
    assert "stats" not in change(stats=None)["spec"]
    assert operator.delete("/secrets/edge-stats").status_code == 204


@pytest.mark.parametrize("field", ["name", "install"])
def test_what_is_fixed(operator: httpx.Client, edge: dict[str, Any], field: str) -> None:
    found = refused(operator, **{field: edge["spec"][field]}, failback="manual")
    assert found == {field: "can't be changed; create another load balancer"}


def test_all_faults_at_once(operator: httpx.Client, edge: dict[str, Any]) -> None:
    found = refused(
        operator,
        name="other",
        colour="blue",
        stats={"secret": "nowhere"},
        vrrp={"auth": "PASS"},
        vips=[{"name": "web", "address": "10.7.0.1"}, {"name": "psc", "address": "10.0.0.71"}],
    )
    assert set(found) == {"name", "colour", "stats.secret", "vrrp.auth", "vips.0.address"}


def test_it_can_not_be_changed_while_it_goes(operator: httpx.Client, edge: dict[str, Any]) -> None:
    operator.delete("/loadbalancers/edge")
    answer = operator.patch("/loadbalancers/edge", json={"failback": "manual"})
    assert answer.status_code == 409


# Members.


def test_a_member_is_taken_out(api: Api, operator: httpx.Client, change: Change) -> None:
    vips = [{"name": "web", "address": "10.0.0.70"}, {"name": "psc", "address": "10.0.0.71"}]
    found = change(members=[{"name": "m2"}], vips=vips)
    assert [one["name"] for one in found["members"]] == ["m2"]
    assert found["spec"]["members"][0]["networks"]["management"]["address"] == "10.0.0.62/24"
    assert router_ids(api, found) == {"m2": 2}
    assert "10.0.0.61" not in leased(api)


def test_one_site_is_left_of_two(operator: httpx.Client) -> None:
    servers = [{"name": "w1", "address": "10.9.0.11"}]
    pools = [{"name": site, "site": site, "servers": servers} for site in ("east", "west")]
    pools[1]["servers"] = [{"name": "w2", "address": "10.9.0.12"}]
    sites = [member(1, site="east"), member(2, site="west")]
    vips = [{"name": "web", "address": "10.0.0.70"}]
    make(operator, balancer_document(members=sites, services=[web(pools=pools)], vips=vips))
    accepted(operator.patch("/loadbalancers/edge", json={"members": [{"name": "m1"}]}))
    assert "site west" in " ".join(operator.get("/loadbalancers/edge").json()["notes"])


def test_who_comes_has_the_router_id_of_who_went(api: Api, change: Change) -> None:
    vips = [{"name": "web", "address": "10.0.0.70"}, {"name": "psc", "address": "10.0.0.71"}]
    change(members=[{"name": "m2"}], vips=vips)
    found = change(members=[{"name": "m2"}, member(3)])
    assert router_ids(api, found) == {"m2": 2, "m3": 1}
    assert {"10.0.0.62", "10.0.0.63"} <= leased(api)


def test_a_member_that_goes_keeps_its_address_until_it_is_gone(
    api: Api, edge: dict[str, Any], change: Change
) -> None:
    make_ready(api, edge)
    change(members=[{"name": "m1"}], vips=[], services=[])
    assert "10.0.0.62" in leased(api)


def test_changes_of_a_pair_that_runs(api: Api, edge: dict[str, Any], change: Change) -> None:
    make_ready(api, edge)
    found = change(vips=[*edge["spec"]["vips"], {"name": "more", "address": "10.0.0.72"}])
    assert "10.0.0.72" in leased(api)
    found = change(vips=edge["spec"]["vips"])
    assert found["spec"] == edge["spec"]
    assert "10.0.0.72" not in leased(api)


def test_one_of_the_members_stays(operator: httpx.Client, edge: dict[str, Any]) -> None:
    found = refused(operator, members=[member(3), member(4)], vips=[], services=[])
    assert "m1 or m2 has to stay" in found["members"]


def test_what_is_fixed_of_a_member(operator: httpx.Client, edge: dict[str, Any]) -> None:
    network = {"management": {"network": "nodes", "address": "10.0.0.69/24"}}
    found = refused(operator, members=[{"name": "m1", "networks": network}, {"name": "m2"}])
    assert set(found) == {"members.0.networks"}
    assert "take it out" in found["members.0.networks"]


def test_what_can_be_otherwise_of_a_member(change: Change) -> None:
    found = change(members=[{"name": "m1", "memoryMiB": 4096}, {"name": "m2", "site": "west"}])
    one, other = found["spec"]["members"]
    assert (one["memoryMiB"], one["vcpu"], other["memoryMiB"]) == (4096, 2, 2048)
    assert other["site"] == "west"


@pytest.mark.parametrize("source", [{}, {"template": "a", "image": "os=debian12"}])
def test_a_new_member_has_one_source(
    operator: httpx.Client, edge: dict[str, Any], source: dict[str, str]
) -> None:
    new = {key: one for key, one in member(3).items() if key != "template"} | source
    found = refused(operator, members=[{"name": "m1"}, new], vips=[], services=[])
    assert set(found) & {"members.1.template", "members.1.image"}


def test_a_new_members_place_and_address_are_looked_at(
    operator: httpx.Client, edge: dict[str, Any]
) -> None:
    create(operator)
    taken = {"management": {"network": "nodes", "address": "10.0.0.10/24"}}
    new = member(3, networks=taken, vcenter="elsewhere")
    assert "members.1.vcenter" in refused(operator, members=[{"name": "m1"}, new], vips=[])
    new = member(3, networks=taken)
    found = refused(operator, members=[{"name": "m1"}, new], vips=[], services=[])
    assert "in use by cluster 'c1'" in found["members.1.networks.management.address"]


def test_a_member_whose_template_is_lost(
    api: Api, operator: httpx.Client, edge: dict[str, Any], change: Change
) -> None:
    batch, org_id = the_inventory(), api.organisation()
    kept = tuple(one for one in batch.objects if one.moref != "vm-1")
    renamed = next(one for one in batch.objects if one.moref == "vm-1").model_copy(
        update={"moref": "vm-9", "name": "newer", "path": "/DC1/vm/templates/newer"}
    )
    with api.database.write() as session:
        row = vcenters.find(session, org_id, "lab")
        inventory.apply(session, row, WatchBatch(full=True, objects=(*kept, renamed)))
    before = leased(api)
    vips = edge["spec"]["vips"]
    found = refused(operator, vips=[*vips, {"name": "more", "address": "10.0.0.72"}])
    assert set(found) == {"members.0.template", "members.1.template"}
    change(failback="manual")
    change(members=[{"name": one, "template": "newer"} for one in ("m1", "m2")])
    assert leased(api) == before


# What was decided since.


def test_states_of_servers_that_are_gone_are_forgotten(
    operator: httpx.Client, edge: dict[str, Any], change: Change
) -> None:
    for name in ("w1", "psc2"):
        accepted(operator.post(f"/loadbalancers/edge/servers/{name}/actions/drain"))
    assert change(services=[psc()])["serverStates"] == {"psc2": "drain"}


def test_a_service_goes_on_with_the_server_it_was_moved_to(
    operator: httpx.Client, edge: dict[str, Any], change: Change
) -> None:
    accepted(operator.post("/loadbalancers/edge/services/psc/actions/repoint"))
    [found] = change(services=[psc(ports=[443])])["spec"]["services"]
    assert found["active"] == "psc2"
    [found] = change(services=[psc(active="psc3")])["spec"]["services"]
    assert found["active"] == "psc3"


# Clusters on it.


def carried(api: Api, vip: str) -> None:
    """A cluster whose endpoint is a VIP of the pair, with its lease."""
    endpoint = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": vip}
    document, org_id = cluster_document(endpoint=endpoint), api.organisation()
    with api.database.write() as session:
        home = resources.find(session, org_id, "load-balancer", "edge").vcenter_id
        new = NewResource(org_id, CLUSTER, "c1", home, document, "alice")
        made, _ = resources.create(session, new)
        domain = f"{api.vcenter_uuid}/network-1"
        leases.take(session, leases.VIP, domain, vip, leases.Holder(made.id))


def test_vips_of_clusters_are_spread_over_who_comes(
    api: Api, edge: dict[str, Any], change: Change
) -> None:
    homes = {"c1": "m1", "c2": "m2", "c3": "m2"}
    with api.database.write() as session:
        pair = resources.lock(session, edge["id"])
        endpoints = [
            {"cluster": name, "address": f"10.0.0.8{name[1]}", "preferredMember": home}
            for name, home in homes.items()
        ]
        body = resources.document(session, pair) | {"endpoints": endpoints}
        resources.amend(session, pair, "cluster endpoints", "three", body)
    change(members=[{"name": "m1"}, member(3)], vips=[], services=[])
    with api.database.read() as session:
        found = load_balancers.document_of(session, resources.get(session, edge["id"]))
    assert [one.preferred_member for one in found.endpoints] == ["m1", "m3", "m1"]


def test_the_range_keeps_what_clusters_have_of_it(
    api: Api, operator: httpx.Client, edge: dict[str, Any], change: Change
) -> None:
    carried(api, "10.0.0.85")
    assert "endpoint of cluster c1" in refused(operator, serviceRange=None)["serviceRange"]
    found = refused(operator, serviceRange="10.0.0.90-10.0.0.99")
    assert "10.0.0.85" in found["serviceRange"]
    assert change(serviceRange="10.0.0.85-10.0.0.99")["clusters"] == ["c1"]
    assert operator.delete("/loadbalancers/edge").status_code == 409


def test_a_range_does_not_take_in_what_others_have(
    operator: httpx.Client, edge: dict[str, Any]
) -> None:
    create(operator)
    found = refused(operator, serviceRange="10.0.0.8-10.0.0.20")
    assert "10.0.0.10 is in use by cluster 'c1'" in found["serviceRange"]


def test_who_is_no_member_any_more_is_removed(
    api: Api, edge: dict[str, Any], change: Change
) -> None:
    before = {node.group for node in look(api, edge)}
    change(members=[{"name": "m1"}], vips=[], services=[])
    assert before == {"m1", "m2"}
    phases = {node.group: node.phase for node in look(api, edge)}
    assert phases == {"m1": Phase.CREATING, "m2": Phase.REMOVING}
