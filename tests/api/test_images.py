"""Images at the API: builds and imports asked for, cancelled, tried again."""

import httpx
import pytest

from provisioner.store import operations, resources
from tests.api.asking import accepted, faults
from tests.api.images import (
    PLACEMENT,
    build,
    build_document,
    import_document,
    made,
)
from tests.api.served import Api


def test_a_build_is_accepted_and_shown(operator: httpx.Client, viewer: httpx.Client) -> None:
    answer = operator.post("/images/builds", json=build_document())
    operation = accepted(answer)
    assert operation["cluster"]["kind"] == "image"
    assert answer.headers["location"] == f"/images/builds/{operation['cluster']['id']}"
    found = viewer.get(f"/images/{operation['cluster']['name']}").json()
    assert found["status"] == "CREATING"
    assert found["registeredAt"] is None
    assert found["spec"]["template"] == "/DC1/vm/templates/debian-12-node"
    [summary] = viewer.get("/images").json()["items"]
    assert summary == {key: found[key] for key in summary}


def test_its_making_is_shown_by_id_and_name(operator: httpx.Client) -> None:
    found = build(operator, name="i1")
    shown = operator.get(f"/images/builds/{found['build']}").json()
    assert (shown["image"], shown["state"], shown["phases"]) == ("i1", "running", [])
    assert operator.get("/images/builds/i1").json() == shown
    [event] = operator.get("/images/i1/events").json()["items"]
    assert event["reason"] == "CreationRequested"


def test_a_name_is_made_of_what_is_made(operator: httpx.Client) -> None:
    found = build(operator)
    assert found["name"] == f"debian-12-node-1-35-4-{found['digest'][:8]}"


@pytest.mark.parametrize("typed", [[], ["<esc>", "<enter>"]])
def test_a_variable_may_be_a_list_of_texts(operator: httpx.Client, typed: list[str]) -> None:
    found = build(operator, variables={"boot_command": typed})
    assert found["spec"]["variables"] == {"boot_command": typed}


def test_names_of_balancers_have_no_version(operator: httpx.Client) -> None:
    found = build(operator, definition="debian-12-load-balancer", kubernetesVersion=None)
    assert found["name"].startswith("debian-12-load-balancer-")


def test_one_build_at_a_time_has_a_name(operator: httpx.Client) -> None:
    build(operator, name="i1")
    again = build_document(name="i1", kubernetesVersion="1.35.5")
    assert "'i1'" in faults(operator.post("/images/builds", json=again))["name"]


def test_an_import_is_accepted(operator: httpx.Client) -> None:
    answer = operator.post("/images/import", json=import_document(kubernetesVersion="1.35.4"))
    accepted(answer)
    found = operator.get("/images/imported").json()
    assert (found["source"], found["kubernetesVersion"]) == ("import", "1.35.4")
    assert operator.get("/images/builds/imported").json()["source"] == "import"


def test_an_import_may_be_copied_to_where_it_is_tested(operator: httpx.Client) -> None:
    where = PLACEMENT["datastore"]
    accepted(operator.post("/images/import", json=import_document(copies=[where])))


def test_cancelled(operator: httpx.Client) -> None:
    build(operator, name="i1")
    first = accepted(operator.post("/images/builds/i1/cancel"))
    assert first["kind"] == "delete"
    assert accepted(operator.post("/images/builds/i1/cancel"))["id"] == first["id"]
    assert operator.get("/images/builds/i1").json()["state"] == "cancelled"


def test_what_is_made_is_deleted_not_cancelled(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator, name="i1")
    assert operator.post("/images/builds/i1/cancel").status_code == 409
    accepted(operator.delete(f"/images/{found['id']}"))
    assert operator.get("/images/builds/i1").json()["state"] == "succeeded"


def test_tried_again(api: Api, operator: httpx.Client) -> None:
    found = build(operator, name="i1")
    with api.database.write() as session:
        resources.lock(session, found["id"])
        running = operations.running(session, found["id"])
        assert running
        operations.finish(running, "failed", "build: no route to host")
    assert operator.get("/images/builds/i1").json()["reason"] == "build: no route to host"
    accepted(operator.post("/images/builds/i1/retry"))
    assert operator.get("/images/builds/i1").json()["state"] == "running"


def test_what_is_made_is_not_tried_again(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    before = operator.get("/images/builds/i1").json()
    assert operator.post("/images/builds/i1/retry").status_code == 409
    assert operator.get("/images/builds/i1").json() == before


def test_images_are_no_clusters(operator: httpx.Client) -> None:
    build(operator, name="i1")
    assert operator.get("/clusters").json() == {"items": []}
    assert operator.get("/clusters/i1").status_code == 404
