"""Members of load balancers that ask for an image by what it is like."""

from typing import Any

import httpx
import pytest

from tests.api.asking import accepted, faults
from tests.api.images import made
from tests.api.load_balancing import balancer_document, make, member
from tests.api.served import Api

BALANCER = {"definition": "debian-12-load-balancer", "kubernetesVersion": None}
QUERY = "os=debian12"


def path(image: dict[str, Any]) -> str:
    return image["templates"][0]["path"]


def asking(**changes: Any) -> dict[str, Any]:
    members = [member(one, template=None, image=QUERY) for one in (1, 2)]
    return balancer_document(members=members) | changes


def templates(client: httpx.Client) -> dict[str, str]:
    members = client.get("/loadbalancers/edge").json()["spec"]["members"]
    return {one["name"]: one["template"] for one in members}


def change(client: httpx.Client, *members: dict[str, Any]) -> dict[str, str]:
    accepted(client.patch("/loadbalancers/edge", json={"members": members}))
    return templates(client)


@pytest.fixture
def image(api: Api, operator: httpx.Client) -> dict[str, Any]:
    made(api, operator, name="node")
    return made(api, operator, name="i1", **BALANCER)


def test_it_is_one_of_a_load_balancer(operator: httpx.Client, image: dict[str, Any]) -> None:
    make(operator, asking())
    assert templates(operator) == {"m1": path(image), "m2": path(image)}
    assert operator.delete("/images/i1").status_code == 409


def test_what_installs_packages_stands_on_any(api: Api, operator: httpx.Client) -> None:
    node = made(api, operator, name="node")
    make(operator, asking(install="packages"))
    assert templates(operator)["m1"] == path(node)


def test_a_choice_never_changes_by_itself(
    api: Api, operator: httpx.Client, image: dict[str, Any]
) -> None:
    spec = make(operator, asking())["spec"]
    newer = made(api, operator, name="i2", force=True, **BALANCER)
    old = {"m1": path(image), "m2": path(image)}
    assert change(operator, *spec["members"]) == old
    assert change(operator, {"name": "m1", "image": QUERY}, {"name": "m2"}) == old
    vips = [vip | {"preferredMember": "m1"} for vip in spec["vips"]]
    accepted(operator.patch("/loadbalancers/edge", json={"vips": vips}))
    found = change(operator, {"name": "m1"}, member(3, template=None, image=QUERY))
    assert found == {"m1": path(image), "m3": path(newer)}


def test_a_newer_one_by_its_template_or_by_another_query(
    api: Api, operator: httpx.Client, image: dict[str, Any]
) -> None:
    make(operator, asking())
    newer = path(made(api, operator, name="i2", force=True, **BALANCER))
    found = change(operator, {"name": "m1", "template": newer}, {"name": "m2"})
    assert found == {"m1": newer, "m2": path(image)}
    first = operator.get("/loadbalancers/edge").json()["spec"]["members"][0]
    assert "image" not in first
    assert change(operator, {"name": "m1", "image": QUERY}, {"name": "m2"})["m1"] == newer


def test_a_nodes_template_lacks_what_members_run_on(api: Api, operator: httpx.Client) -> None:
    node = path(made(api, operator, name="node"))
    document = balancer_document(members=[member(1), member(2, template=node)])
    found = faults(operator.post("/loadbalancers", json=document))
    assert "image for a node" in found["members.1.template"]
    make(operator, document | {"install": "packages"})


def test_one_that_is_not_there(operator: httpx.Client, image: dict[str, Any]) -> None:
    make(operator, asking())
    members = [{"name": "m1", "image": "os=debian13"}, {"name": "m2"}]
    found = faults(operator.patch("/loadbalancers/edge", json={"members": members}))
    assert "no image is os=debian13" in found["members.0.image"]
