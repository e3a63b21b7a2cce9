"""A cluster whose image registry asks who pulls: the secret it names, and the nodes it is for."""

from typing import Any

import httpx
import pytest

from provisioner.store.types import utc_now
from tests.api.asking import accepted, create, faults, shown
from tests.api.looking import change, look, of_group
from tests.api.served import Api
from tests.api.test_secrets import REGISTRY, VSPHERE, body, put
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document

PULLING = {"imageRegistry": "Registry.example.com:5000/mirror"}
LOGIN = {"imageRegistryLogin": {"secret": "mirror"}}


@pytest.fixture(autouse=True)
def _stored(operator: httpx.Client) -> None:
    for one in (
        body("mirror"),
        body("mirror-2"),
        body("hub", values=REGISTRY | {"server": "docker.io"}),
        body("csi", "vsphere", VSPHERE),
    ):
        assert operator.post("/secrets", json=one).status_code == 201


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator, cluster_document(**PULLING, **LOGIN))


def logins(api: Api, node: Any) -> httpx.Response:
    return Visit(api, node).get("image-registry/logins")


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("nobody", "POST /secrets"),
        ("csi", "of type vsphere; name one of registry"),
        ("hub", "is for docker.io, but imageRegistry is at Registry.example.com:5000"),
    ],
)
def test_a_secret_that_would_be_of_no_use_is_refused(
    operator: httpx.Client, cluster: dict[str, Any], secret: str, why: str
) -> None:
    login = {"imageRegistryLogin": {"secret": secret}}
    asked = operator.post("/clusters", json=cluster_document(name="c2", **PULLING, **login))
    changed = operator.patch(f"/clusters/{cluster['id']}", json=login)
    for answer in (asked, changed):
        assert why in faults(answer)["imageRegistryLogin.secret"]


def test_each_node_in_creation_gets_it(api: Api, cluster: dict[str, Any]) -> None:
    found = look(api, cluster)
    for group in ("control-plane", "pool1"):
        answer = logins(api, of_group(found, group)[0])
        assert answer.json() == {"logins": [REGISTRY | {"server": "Registry.example.com:5000"}]}
        assert answer.headers["cache-control"] == "no-store"


def test_a_node_that_is_ready_gets_none(api: Api, cluster: dict[str, Any]) -> None:
    node = change(api, look(api, cluster)[0], reported_ready_at=utc_now())
    answer = logins(api, node)
    assert (answer.status_code, "s3cr3t" in answer.text) == (403, False)


def test_where_none_is_named_nodes_pull_without(api: Api, operator: httpx.Client) -> None:
    node = look(api, create(operator))[0]
    assert logins(api, node).json() == {"logins": []}


def test_it_stays_while_a_cluster_names_it(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    refused = operator.delete("/secrets/mirror")
    assert (refused.status_code, "cluster c1" in refused.json()["detail"]) == (409, True)
    change = {"imageRegistryLogin": {"secret": "mirror-2"}}
    accepted(operator.patch(f"/clusters/{cluster['id']}", json=change))
    assert operator.delete("/secrets/mirror").status_code == 204


def test_other_values_reach_nodes_that_come_after(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    answer = put(operator, "mirror", REGISTRY | {"password": "another"})
    assert (answer.status_code, answer.json()["operations"]) == (200, [])
    [login] = logins(api, look(api, cluster)[0]).json()["logins"]
    assert login["password"] == "another"


def test_its_server_stays_that_of_the_clusters_images(
    operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    answer = put(operator, "mirror", REGISTRY | {"server": "registry.example.org"})
    assert "cluster c1 pulls from Registry.example.com:5000" in faults(answer)["values.server"]


def test_a_cluster_can_do_without_again(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    accepted(operator.patch(f"/clusters/{cluster['id']}", json={"imageRegistryLogin": None}))
    assert "imageRegistryLogin" not in shown(operator, cluster["id"])["spec"]
    assert logins(api, look(api, cluster)[0]).json() == {"logins": []}
