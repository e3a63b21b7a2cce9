"""Copies that nobody named, and those that are asked for later."""

from typing import Any

import httpx
import pytest

from provisioner.domain.images import BOOT_TEST, BUILD, MARK
from provisioner.domain.planning.wishes import TaskWish, When
from provisioner.domain.spec.image import MAX_COPIES
from provisioner.domain.virtual_machines import InventoryObject, WatchBatch
from provisioner.store import image_needs, inventory, operations, resources, tasks, vcenters
from tests.api.asking import accepted, create, faults
from tests.api.images import build, build_document, import_document, made, register
from tests.api.load_balancing import balancer_document, make, member
from tests.api.served import Api
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import etcd_document

QUERY = "os=debian12, kubernetes=1.35"
FAR = {"datastore": "local-2"}
IN_ANOTHER = {"cluster": "compute-2"}
ON_TWO = ("local-1", "local-2")


def pool(**changes: Any) -> dict[str, Any]:
    return {"name": "far", "image": QUERY, "placement": FAR} | changes


def stand(client: httpx.Client, pool: dict[str, Any], **changes: Any) -> None:
    """A cluster with that pool, whose other nodes are of a template made elsewhere."""
    create(client, cluster_document(nodePools=[pool], **changes))


def copies(image: dict[str, Any]) -> list[str]:
    return image["spec"]["copies"]


def chosen(client: httpx.Client, image: dict[str, Any]) -> list[str]:
    events = client.get(f"/images/{image['id']}/events").json()["items"]
    return [one["message"] for one in events if one["reason"] == "CopyChosen"]


# Chosen.


def test_where_a_pool_stands_that_asks_for_such_an_image(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    stand(operator, pool())
    found = build(operator, name="new", force=True)
    assert copies(found) == ["local-2"]
    [event] = chosen(operator, found)
    assert event == "local-2 gets a copy for what stands there: cluster c1 (far)"


def test_where_a_pool_stands_on_an_image_of_the_same_kind(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    stand(operator, pool(image=None, template="old"))
    assert copies(build(operator, name="new", kubernetesVersion="1.35.9")) == ["local-2"]
    assert copies(build(operator, name="next", kubernetesVersion="1.36.0")) == []


def test_its_own_datastore_gets_none(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    stand(operator, pool(placement={"datastore": "local-1"}))
    found = build(operator, name="new", force=True)
    assert (copies(found), chosen(operator, found)) == ([], [])


def test_a_datastore_cluster_gets_none(api: Api, operator: httpx.Client) -> None:
    """vSphere chooses the datastore there for each VM."""
    made(api, operator, name="old")
    stand(operator, pool(placement={"datastoreCluster": "storage"}))
    assert copies(build(operator, name="new", force=True)) == []


def test_what_is_being_deleted_needs_none(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    stand(operator, pool())
    accepted(operator.delete("/clusters/c1"))
    assert copies(build(operator, name="new", force=True)) == []


def test_strangers_need_none(api: Api, operator: httpx.Client) -> None:
    api.add_vcenter("theirs")
    stranger = api.client("operator", "theirs")
    made(api, stranger, name="old")
    stand(stranger, pool())
    assert copies(build(operator)) == []


@pytest.mark.parametrize("named", [[], ["/DC1/datastore/local-2"]])
def test_what_is_named_is_what_it_gets(api: Api, operator: httpx.Client, named: list[str]) -> None:
    made(api, operator, name="old")
    stand(operator, pool())
    found = build(operator, name="new", force=True, copies=named)
    assert (copies(found), chosen(operator, found)) == (named, [])


def test_nothing_changes_by_itself(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    image = made(api, operator, name="new", force=True)
    stand(operator, pool())
    assert operator.get("/images/new").json()["spec"] == image["spec"]


def test_where_members_of_an_etcd_cluster_stand(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    members = etcd_document()["members"]
    members |= {"template": None, "image": "os=debian12", "placement": FAR}
    accepted(operator.post("/etcd-clusters", json=etcd_document(members=members)))
    found = build(operator, name="new", force=True)
    assert copies(found) == ["local-2"]
    assert "etcd cluster e1 (members)" in chosen(operator, found)[0]


def test_where_a_member_of_a_load_balancer_stands(api: Api, operator: httpx.Client) -> None:
    balancer = {"definition": "debian-12-load-balancer", "kubernetesVersion": None}
    made(api, operator, name="old", **balancer)
    place = {"datacenter": "DC1", "cluster": "compute-1", **FAR}
    asking = {"template": None, "image": "os=debian12"}
    second = member(2, placement=place, **asking)
    make(operator, balancer_document(members=[member(1, **asking), second]))
    found = build(operator, name="new", force=True, **balancer)
    assert copies(found) == ["local-2"]
    assert "load balancer edge (m2)" in chosen(operator, found)[0]
    assert copies(build(operator, name="node")) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, ["local-2"]),
        ({"os": "debian12", "kubernetesVersion": "1.35.4"}, ["local-2"]),
        ({"os": "ubuntu24.04"}, []),
        ({"kubernetesVersion": "1.34.1"}, []),
        ({"copies": []}, []),
    ],
)
def test_an_import_is_for_whom_it_may_match(
    api: Api, operator: httpx.Client, said: dict[str, Any], found: list[str]
) -> None:
    made(api, operator, name="old")
    stand(operator, pool())
    accepted(operator.post("/images/import", json=import_document(**said)))
    assert copies(operator.get("/images/imported").json()) == found


def test_a_later_pool_gets_the_copy_on_its_datastore(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="old")
    stand(operator, pool())
    image = build(operator, name="new", force=True)
    register(api, image, ("local-1", *copies(image)))
    accepted(operator.post("/clusters/c1/nodepools", json=pool(name="later")))
    template = operator.get("/clusters/c1/nodepools/later").json()["template"]
    assert template.endswith("/new-local-2")


def test_a_copy_is_made_where_hosts_reach_its_datastore(api: Api, operator: httpx.Client) -> None:
    """The pool of the image's own placement may belong to other hosts."""
    stand(operator, pool(image=None, template="debian-12-node", placement=FAR | IN_ANOTHER))
    with api.database.read() as session:
        vcenter = vcenters.find(session, api.organisation(), "lab")
        found = image_needs.pools_there(session, vcenter, inventory.load(session, vcenter.id))
    assert found == {"datastore-1": "pool-1", "datastore-2": "pool-2"}


# The same again.


def test_the_same_that_lacks_a_copy_by_now_gets_it(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator)
    stand(operator, pool())
    answer = operator.post("/images/builds", json=build_document())
    operation = accepted(answer)
    assert (operation["kind"], operation["cluster"]["id"]) == ("change", image["id"])
    assert answer.headers["location"] == f"/images/builds/{image['id']}"
    assert copies(operator.get(f"/images/{image['id']}").json()) == ["local-2"]
    assert "cluster c1 (far)" in chosen(operator, image)[0]
    assert len(operator.get("/images").json()["items"]) == 1


def test_the_same_that_is_copied_just_now_is_told(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    accepted(operator.post("/images/builds", json=build_document(copies=["local-2"])))
    again = operator.post("/images/builds", json=build_document(copies=["local-2"]))
    assert again.status_code == 409
    assert "being copied to local-2" in again.json()["detail"]
    assert operator.post("/images/builds", json=build_document(copies=[])).status_code == 200


def test_a_datastore_is_the_same_by_its_path(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    accepted(operator.post("/images/builds", json=build_document(copies=["local-2"])))
    by_path = build_document(copies=["/DC1/datastore/local-2"])
    assert operator.post("/images/builds", json=by_path).status_code == 409
    assert copies(operator.get("/images/i1").json()) == ["local-2"]


def test_the_same_with_as_many_copies_as_may_be_gets_no_more(
    api: Api, operator: httpx.Client
) -> None:
    names = [f"store-{number}" for number in range(MAX_COPIES + 1)]
    add_datastores(api, names)
    made(api, operator, name="i1", copies=names[1:])
    answer = operator.post("/images/builds", json=build_document(copies=names[:1]))
    assert answer.status_code == 409
    assert f"can have {MAX_COPIES}" in answer.json()["detail"]
    assert copies(operator.get("/images/i1").json()) == names[1:]


def test_the_same_elsewhere_is_copied_to_where_it_is_asked_for(
    api: Api, operator: httpx.Client
) -> None:
    """It was built on another datastore than this request's own."""
    image = made(api, operator)
    stand(operator, pool())
    where = build_document()["placement"] | FAR
    accepted(operator.post("/images/builds", json=build_document(placement=where)))
    assert copies(operator.get(f"/images/{image['id']}").json()) == ["local-2"]


# Asked for later.


def change(client: httpx.Client, *names: str, dry: bool = False) -> httpx.Response:
    path = "/images/i1?dryRun=true" if dry else "/images/i1"
    return client.patch(path, json={"copies": names})


def test_further_copies_are_an_operation(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    assert accepted(change(operator, "local-2"))["kind"] == "change"
    assert copies(operator.get("/images/i1").json()) == ["local-2"]
    assert operator.get("/images/builds/i1").json()["state"] == "running"
    last = operator.get("/images/i1/events").json()["items"][-1]["message"]
    assert last.startswith("copies on local-2 asked for by")


def test_a_dry_run_says_that_it_would_copy(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator, name="i1")
    with api.database.write() as session:
        resource = resources.lock(session, image["id"])
        for name in (BUILD, BOOT_TEST, MARK):
            tasks.begin(session, resource, TaskWish(name=name, when=When.BEFORE_NODES))
            tasks.finish(session, resource, name)
    planned = change(operator, "local-2", dry=True)
    assert planned.json()["plan"]["tasks"] == ["copy"]
    assert copies(operator.get("/images/i1").json()) == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"copies": ["nowhere"]}, "copies.0"),
        ({"copies": ["local-1"]}, "copies.0"),
        ({"copies": ["local-2", "/DC1/datastore/local-2"]}, "copies.1"),
        ({"copies": "local-2"}, "copies"),
        ({"name": "other"}, "name"),
        ({"force": True}, "force"),
        ({}, ""),
    ],
)
def test_what_can_not_be_changed_so(
    api: Api, operator: httpx.Client, body: dict[str, Any], path: str
) -> None:
    made(api, operator, name="i1")
    assert path in faults(operator.patch("/images/i1", json=body))


def test_a_copy_that_is_there_stays(api: Api, operator: httpx.Client) -> None:
    register(api, build(operator, name="i1", copies=["local-2"]), ON_TWO)
    assert "local-2 has a copy" in faults(change(operator))["copies"]
    accepted(change(operator, "/DC1/datastore/local-2"))


def test_one_that_was_never_made_can_be_taken_off(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator, name="i1")
    accepted(change(operator, "local-2"))
    fail(api, image)
    accepted(change(operator))
    assert copies(operator.get("/images/i1").json()) == []


def test_copying_that_failed_is_tried_again(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator, name="i1")
    accepted(change(operator, "local-2"))
    fail(api, image)
    assert operator.get("/images/builds/i1").json()["reason"] == "copy: no room"
    accepted(operator.post("/images/builds/i1/retry"))


def test_one_that_is_being_deleted_gets_none(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    accepted(operator.delete("/images/i1"))
    assert change(operator, "local-2").status_code == 409


def test_a_copy_whose_datastore_is_gone_hinders_no_further_ones(
    api: Api, operator: httpx.Client
) -> None:
    """It was renamed, or taken away."""
    register(api, build(operator, name="i1", copies=["local-2"]), ON_TWO)
    add_datastores(api, ["store-1"])
    watch_tells(api, WatchBatch(objects_gone=("datastore-2",)))
    accepted(change(operator, "store-1"))


def add_datastores(api: Api, names: list[str]) -> None:
    seen = (
        InventoryObject(
            moref=f"id-of-{name}",
            type="Datastore",
            name=name,
            path=f"/DC1/datastore/{name}",
            parent="dc-1",
        )
        for name in names
    )
    watch_tells(api, WatchBatch(objects=tuple(seen)))


def watch_tells(api: Api, batch: WatchBatch) -> None:
    organisation = api.organisation()
    with api.database.write() as session:
        inventory.apply(session, vcenters.find(session, organisation, "lab"), batch)


def fail(api: Api, image: dict[str, Any]) -> None:
    with api.database.write() as session:
        resources.lock(session, image["id"])
        running = operations.running(session, image["id"])
        assert running
        operations.finish(running, "failed", "copy: no room")
