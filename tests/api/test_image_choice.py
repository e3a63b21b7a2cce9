"""Pools and control planes that ask for an image by what it is like."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from provisioner.store import image_retention, resources
from provisioner.store.types import utc_now
from tests.api.asking import accepted, create, faults
from tests.api.images import build, import_document, made, register
from tests.api.looking import look
from tests.api.served import Api
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import etcd_document

QUERY = "os=debian12, kubernetes=1.35"


def asking(query: str = QUERY, **changes: Any) -> dict[str, Any]:
    plane = {"size": 3, "image": query}
    return cluster_document(controlPlane=plane, nodePools=[]) | changes


def path(image: dict[str, Any]) -> str:
    return image["templates"][0]["path"]


def test_query_and_choice_are_on_record_and_shown(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator, name="i1")
    plane = create(operator, asking())["spec"]["controlPlane"]
    assert (plane["image"], plane["template"]) == (QUERY, path(image))
    [use] = operator.get("/images/i1").json()["uses"]
    assert (use["name"], use["group"]) == ("c1", "control-plane")
    assert operator.delete("/images/i1").status_code == 409


def test_nodes_are_cloned_from_the_choice(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    found = look(api, create(operator, asking()))
    assert {node.place["template"] for node in found} == {"vm-of-i1"}


def test_a_choice_never_changes_by_itself(api: Api, operator: httpx.Client) -> None:
    first = made(api, operator, name="i1")
    create(operator, asking())
    made(api, operator, name="i2", force=True)
    accepted(operator.patch("/clusters/c1", json={"controlPlane": {"size": 5}}))
    plane = operator.get("/clusters/c1").json()["spec"]["controlPlane"]
    assert (plane["template"], plane["size"]) == (path(first), 5)


def test_a_new_pool_gets_the_newest(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    create(operator, asking())
    newest = made(api, operator, name="i2", force=True)
    accepted(operator.post("/clusters/c1/nodepools", json={"name": "p", "image": QUERY}))
    pool = operator.get("/clusters/c1/nodepools/p").json()
    assert (pool["image"], pool["template"]) == (QUERY, path(newest))
    assert operator.get("/images/i2").json()["uses"][0]["group"] == "p"


def test_silent_about_kubernetes_it_is_the_clusters(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1", kubernetesVersion="1.35.4")
    found = faults(operator.post("/clusters", json=asking("os=debian12")))
    assert "no image is os=debian12, kubernetes=1.35.0" in found["controlPlane.image"]
    assert "i1 (os=debian12, kubernetes=1.35.4)" in found["controlPlane.image"]
    same = made(api, operator, name="i2", kubernetesVersion="1.35.0")
    plane = create(operator, asking("os=debian12"))["spec"]["controlPlane"]
    assert plane["template"] == path(same)


def test_nodes_that_install_kubernetes_need_none(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator, name="i1", kubernetesVersion="1.34.1")
    document = asking("os=debian12", bootstrap={"install": "packages"})
    assert create(operator, document)["spec"]["controlPlane"]["template"] == path(image)


def test_machines_of_another_role_are_no_nodes(api: Api, operator: httpx.Client) -> None:
    node = made(api, operator, name="i1", kubernetesVersion="1.34.1")
    balancer = {"definition": "debian-12-load-balancer", "kubernetesVersion": None}
    made(api, operator, name="i2", **balancer)
    document = asking("os=debian12", bootstrap={"install": "packages"})
    assert create(operator, document)["spec"]["controlPlane"]["template"] == path(node)
    members = etcd_document()["members"] | {"template": None, "image": "os=debian12"}
    accepted(operator.post("/etcd-clusters", json=etcd_document(members=members)))
    assert operator.get("/etcd-clusters/e1").json()["spec"]["members"]["template"] == path(node)


def test_an_import_may_be_of_any_role(api: Api, operator: httpx.Client) -> None:
    accepted(operator.post("/images/import", json=import_document(name="i1")))
    image = operator.get("/images/i1").json()
    register(api, image)
    document = asking("os=debian12", bootstrap={"install": "packages"})
    found = create(operator, document)["spec"]["controlPlane"]["template"]
    assert found == path(operator.get("/images/i1").json())


def test_a_copy_on_the_pools_datastore_is_preferred(api: Api, operator: httpx.Client) -> None:
    register(api, build(operator, name="i1"), ("local-1", "local-2"))
    near = {"name": "p", "image": QUERY, "placement": {"datastore": "local-2"}}
    spec = create(operator, asking(nodePools=[near]))["spec"]
    assert spec["controlPlane"]["template"].endswith("/i1")
    assert spec["nodePools"][0]["template"].endswith("/i1-local-2")


@pytest.mark.parametrize(
    ("group", "field"),
    [
        ({"image": "debian12"}, "controlPlane.image"),
        ({"image": "os=debian12, kubernetes=1.34"}, "controlPlane.image"),
        ({"image": QUERY, "template": "debian-12-node"}, "controlPlane.image"),
        ({}, "controlPlane.template"),
    ],
)
def test_what_is_no_source(
    api: Api, operator: httpx.Client, group: dict[str, Any], field: str
) -> None:
    made(api, operator, name="i1")
    answer = operator.post("/clusters", json=cluster_document(controlPlane=group))
    assert list(faults(answer)) == [field]


def test_faults_of_a_pools_source_are_the_pools(api: Api, operator: httpx.Client) -> None:
    create(operator)
    added = operator.post("/clusters/c1/nodepools", json={"name": "p", "image": QUERY})
    assert "POST /images/builds" in faults(added)["image"]
    added = operator.post("/clusters/c1/nodepools", json={"name": "p"})
    assert list(faults(added)) == ["template"]


def test_images_not_ready_going_or_gone_are_not_chosen(api: Api, operator: httpx.Client) -> None:
    build(operator, name="i1")
    made(api, operator, name="i2", force=True)
    operator.delete("/images/i2")
    assert "controlPlane.image" in faults(operator.post("/clusters", json=asking()))


def test_others_images_are_not_chosen(api: Api, operator: httpx.Client) -> None:
    api.add_vcenter("theirs")
    made(api, api.client("operator", "theirs"), name="i1")
    assert "controlPlane.image" in faults(operator.post("/clusters", json=asking()))


def test_members_of_etcd_clusters_ask_too(api: Api, operator: httpx.Client) -> None:
    image = made(api, operator, name="i1")
    members = etcd_document()["members"] | {"template": None, "image": "os=debian12"}
    accepted(operator.post("/etcd-clusters", json=etcd_document(members=members)))
    found = operator.get("/etcd-clusters/e1").json()["spec"]["members"]
    assert (found["image"], found["template"]) == ("os=debian12", path(image))
    assert operator.get("/images/i1").json()["uses"][0]["kind"] == "etcd-cluster"


# Those that make way.


def retire(api: Api, image: dict[str, Any]) -> list[str]:
    with api.database.write() as session:
        newest = resources.lock(session, image["id"])
        return [one.name for one in image_retention.retire_older(session, newest)]


def test_older_ones_make_way_unless_they_are_used(api: Api, operator: httpx.Client) -> None:
    used = build(operator, name="used", kubernetesVersion="1.35.0")
    register(api, used, at=utc_now() - timedelta(days=3))
    create(operator, asking("kubernetes=1.35.0"))
    old = build(operator, name="old", force=True)
    register(api, old, at=utc_now() - timedelta(days=2))
    other = build(operator, name="other", kubernetesVersion="1.34.1")
    register(api, other, at=utc_now() - timedelta(days=1))
    newest = made(api, operator, name="new", force=True, keep=1)
    assert retire(api, newest) == ["old"]
    assert retire(api, newest) == []
    assert operator.get("/images/used").json()["status"] != "DELETING"
    events = operator.get("/images/old/events").json()["items"]
    assert "new is newer and keeps 1" in events[-2]["message"]


def test_without_keep_all_stay(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    assert retire(api, made(api, operator, name="i2", force=True)) == []
