"""Images at the API: builds and imports asked for, the catalogue, and who uses what."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from provisioner.domain.spec.image import ImageBuild, ImageSpec
from provisioner.domain.spec.image_checks import check_build
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.images.definitions import Definitions
from provisioner.images.digest import digest
from provisioner.store import operations, resources
from provisioner.store.tables import ImageTemplate
from tests.api.asking import accepted, create, faults
from tests.api.images import (
    PLACEMENT,
    build,
    build_document,
    import_document,
    lose,
    made,
    register,
)
from tests.api.served import Api
from tests.unit.documents import cluster_document


def on(template: str, **changes: Any) -> dict[str, Any]:
    return cluster_document(controlPlane={"size": 3, "template": template}, **changes)


# Asking for one.


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


def test_all_faults_at_once(operator: httpx.Client) -> None:
    document = build_document(
        definition="debian-13-node",
        name="builds",
        colour="blue",
        copies=["nowhere"],
        template="missing",
    )
    found = faults(operator.post("/images/builds", json=document))
    assert set(found) == {"definition", "name", "colour", "copies.0", "template"}
    assert "debian-12-node" in found["definition"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"kubernetesVersion": None}, "kubernetesVersion"),
        ({"definition": "debian-12-load-balancer"}, "kubernetesVersion"),
        ({"template": None}, "template"),
        ({"source": "iso"}, "template"),
        ({"source": "iso", "template": None}, "variables.iso_url"),
        ({"variables": {"apt_mirorr": "x"}}, "variables.apt_mirorr"),
        ({"variables": {"vcenter_password": "x"}}, "variables.vcenter_password"),
        ({"variables": {"kubernetes_version": "1.35.4"}}, "variables.kubernetes_version"),
        ({"kubernetesVersion": "1.٣٥.٤"}, "kubernetesVersion"),
        ({"variables": {"cpus": "four"}}, "variables.cpus"),
        ({"variables": {"cpus": 1.5}}, "variables.cpus"),
        ({"variables": {"cpus": None}}, "variables.cpus"),
        ({"variables": {"cpus": 10**15}}, "variables.cpus"),
        ({"variables": {"boot_command": [["<enter>"]]}}, "variables.boot_command"),
        ({"variables": {"pull_images": 1}}, "variables.pull_images"),
        ({"variables": {"os": "debian13"}}, "variables.os"),
        ({"variables": {"role": "load-balancer"}}, "variables.role"),
        ({"variables": {"http_proxy": "http://me:secret@proxy:3128"}}, "variables.http_proxy"),
        ({"variables": {"http_proxy": "me:secret@proxy:3128"}}, "variables.http_proxy"),
        ({"variables": {"apt_mirror": "https://me@mirror/debian/"}}, "variables.apt_mirror"),
        ({"variables": {"boot_command": ["url=http://a:b@c/ "]}}, "variables.boot_command"),
        ({"copies": ["local-1"]}, "copies.0"),
        ({"copies": ["/DC1/datastore/local-1"]}, "copies.0"),
        ({"copies": ["local-2", "/DC1/datastore/local-2"]}, "copies.1"),
        ({"vcenter": "elsewhere"}, "vcenter"),
    ],
)
def test_what_would_fail_later_is_refused(
    operator: httpx.Client, changes: dict[str, Any], path: str
) -> None:
    answer = operator.post("/images/builds", json=build_document(**changes))
    assert path in faults(answer)


DISC = {"iso_url": "https://mirror/a.iso", "iso_checksum": "sha256:" + "0" * 64}


@pytest.mark.parametrize(
    "url",
    [
        "/etc/shadow",
        "file:///etc/shadow",
        "file://C:/secret.iso",
        "git::https://host/a.iso",
        "s3://bucket/a.iso",
        "smb://host/share/a.iso",
        "https://mirror/a.iso?checksum=none",
        "https://mirror/a.iso?%63hecksum=none",
        "https://mirror/a.tar?archive=tar",
        "https://me:secret@mirror/a.iso",
        "https://mirror//../a.iso",
        "https://mirror",
    ],
)
def test_an_iso_comes_by_http_and_as_it_is(operator: httpx.Client, url: str) -> None:
    asked = build_document(source="iso", template=None, variables=DISC | {"iso_url": url})
    assert set(faults(operator.post("/images/builds", json=asked))) == {"variables.iso_url"}


@pytest.mark.parametrize(
    "checksum",
    [
        "",
        "none",
        "md5:" + "0" * 32,
        "sha1:" + "0" * 40,
        "0" * 64,
        "sha256:" + "0" * 63,
        "file:http://mirror/SHA256SUMS",
    ],
)
def test_an_iso_has_a_strong_checksum(operator: httpx.Client, checksum: str) -> None:
    asked = build_document(source="iso", template=None, variables=DISC | {"iso_checksum": checksum})
    assert set(faults(operator.post("/images/builds", json=asked))) == {"variables.iso_checksum"}


def test_what_a_definition_says_of_its_iso_is_checked_too(tmp_path: Path) -> None:
    folder = tmp_path / "packer"
    shutil.copytree(Definitions(None).folder, folder)
    file = folder / "definitions" / "debian-12-node.pkrvars.hcl"
    file.write_text(file.read_text() + 'iso_url = "/etc/shadow"\niso_checksum = "none"\n')
    build = ImageBuild.model_validate(build_document(source="iso", template=None))
    found = check_build(build, Definitions(folder).read(build.definition))
    assert {one.path for one in found} == {"variables.iso_url", "variables.iso_checksum"}


def test_an_image_from_an_iso_is_accepted(operator: httpx.Client) -> None:
    asked = build_document(source="iso", template=None, variables=DISC)
    assert operator.post("/images/builds", json=asked).status_code == 202


def test_a_service_without_definitions_says_what_to_set(api: Api, tmp_path: Path) -> None:
    settings = api.services.settings.model_copy(update={"image_definitions": tmp_path})
    services = replace(api.services, settings=settings)
    transport = httpx.ASGITransport(create_app(services))
    answer = _ask(transport, api.token("operator"))
    assert answer.status_code == 503
    assert "PKE_IMAGE_DEFINITIONS" in answer.json()["detail"]


def _ask(transport: httpx.ASGITransport, token: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.post("/images/builds", json=build_document(), headers=headers)

    return asyncio.run(ask())


# Exactly the same again.


def test_the_same_again_is_answered_from_the_catalogue(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator)
    answer = operator.post("/images/builds", json=build_document(name="other"))
    assert (answer.status_code, answer.json()) == (200, found)
    assert answer.headers["content-location"] == f"/images/{found['id']}"
    assert len(operator.get("/images").json()["items"]) == 1


def test_the_same_request_again_is_answered_by_what_it_made(
    api: Api, operator: httpx.Client
) -> None:
    found = made(api, operator, name="gold")
    answer = operator.post("/images/builds", json=build_document(name="gold"))
    assert (answer.status_code, answer.json()) == (200, found)
    forced = build_document(name="gold", force=True)
    assert set(faults(operator.post("/images/builds", json=forced))) == {"name"}


def test_the_same_request_again_while_it_is_worked_on_is_led_there(operator: httpx.Client) -> None:
    build(operator, name="gold")
    answer = operator.post("/images/builds", json=build_document(name="gold"))
    assert answer.status_code == 409
    assert "image gold of exactly this" in answer.json()["detail"]


def test_force_makes_another_one(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator)
    assert build(operator, force=True)["name"] == f"{found['name']}-2"


def test_other_inputs_are_another_image(api: Api, operator: httpx.Client) -> None:
    made(api, operator)
    assert build(operator, variables={"memory_mib": 4096})["name"]


def test_one_without_the_copies_is_not_the_same(api: Api, operator: httpx.Client) -> None:
    first = made(api, operator)
    second = build(operator, copies=["local-2"])
    assert second["name"] == f"{first['name']}-2"
    register(api, second, ("local-1", "local-2"))
    again = build_document(copies=["/DC1/datastore/local-2"])
    assert operator.post("/images/builds", json=again).json()["id"] == second["id"]


def test_one_that_lost_a_template_is_not_the_same(api: Api, operator: httpx.Client) -> None:
    first = made(api, operator)
    lose(api, first)
    assert build(operator)["name"] == f"{first['name']}-2"


def test_the_same_while_it_is_being_made_is_told(operator: httpx.Client) -> None:
    found = build(operator)
    answer = operator.post("/images/builds", json=build_document())
    assert answer.status_code == 409
    assert f"/images/builds/{found['name']}" in answer.json()["detail"]


def test_others_images_are_not_answered(api: Api, operator: httpx.Client) -> None:
    made(api, operator)
    api.add_vcenter("theirs")
    assert build(api.client("operator", "theirs"))["status"] == "CREATING"


def test_a_repeated_request_makes_one(operator: httpx.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [
        operator.post("/images/builds", json=build_document(), headers=headers) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


# Imports.


def test_an_import_is_accepted(operator: httpx.Client) -> None:
    answer = operator.post("/images/import", json=import_document(kubernetesVersion="1.35.4"))
    accepted(answer)
    found = operator.get("/images/imported").json()
    assert (found["source"], found["kubernetesVersion"]) == ("import", "1.35.4")
    assert operator.get("/images/builds/imported").json()["source"] == "import"


def test_an_import_may_be_copied_to_where_it_is_tested(operator: httpx.Client) -> None:
    where = PLACEMENT["datastore"]
    accepted(operator.post("/images/import", json=import_document(copies=[where])))


def test_faults_of_an_import(operator: httpx.Client) -> None:
    document = import_document(template="a-plain-vm", name="import", definition="x")
    found = faults(operator.post("/images/import", json=document))
    assert set(found) == {"template", "name", "definition"}
    assert "not a template" in found["template"]


# Cancelling, trying again, deleting.


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


def test_one_in_use_stays_and_says_why(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator, name="i1")
    create(operator, on("i1"))
    shown = operator.get("/images/i1").json()["uses"]
    assert [(one["kind"], one["name"], one["group"]) for one in shown] == [
        ("cluster", "c1", "control-plane")
    ]
    answer = operator.delete(f"/images/{found['id']}")
    assert answer.status_code == 409
    assert "cluster c1 (control-plane)" in answer.json()["detail"]
    operator.delete("/clusters/c1")
    accepted(operator.delete("/images/i1"))


def test_a_use_by_path_counts_too(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator, name="i1")
    create(operator, on(found["templates"][0]["path"]))
    assert operator.delete("/images/i1").status_code == 409


def test_strangers_uses_count_and_stay_nameless(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    api.add_vcenter("theirs")
    stranger = api.client("operator", "theirs")
    register(api, build(stranger, name="i1"))
    create(stranger, on("i1", name="hidden"))
    answer = operator.delete("/images/i1")
    assert answer.status_code == 409
    assert "hidden" not in answer.text
    assert operator.get("/images/i1").json()["uses"] == []


def test_the_source_of_a_build_under_way_stays(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    later = build(operator, name="i2", template="i1")
    assert "image i2" in operator.delete("/images/i1").json()["detail"]
    register(api, later)
    accepted(operator.delete("/images/i1"))


def test_one_that_goes_is_used_by_nobody_any_more(api: Api, operator: httpx.Client) -> None:
    """Until its templates are gone, the inventory shows them."""
    image = made(api, operator, name="i1")
    accepted(operator.delete("/images/i1"))
    template = image["templates"][0]["path"]
    cluster = operator.post("/clusters", json=on(template))
    assert "is being deleted" in faults(cluster)["controlPlane.template"]
    later = operator.post("/images/builds", json=build_document(name="i2", template=template))
    assert "is being deleted" in faults(later)["template"]


def test_the_template_of_an_import_outlives_it(api: Api, operator: httpx.Client) -> None:
    accepted(operator.post("/images/import", json=import_document()))
    image = operator.get("/images/imported").json()
    with api.database.write() as session:
        session.add(
            ImageTemplate(
                resource_id=image["id"],
                moref="vm-1",
                name="debian-12-node",
                path="/DC1/vm/templates/debian-12-node",
                datastore="local-1",
            )
        )
    accepted(operator.post("/images/builds/imported/cancel"))
    create(operator, on("debian-12-node"))


def test_a_vcenter_with_images_stays(admin: httpx.Client) -> None:
    build(admin)
    assert admin.delete("/vcenters/lab").status_code == 409


def test_images_are_no_clusters(operator: httpx.Client) -> None:
    build(operator, name="i1")
    assert operator.get("/clusters").json() == {"items": []}
    assert operator.get("/clusters/i1").status_code == 404


# What a digest stands for.

CLONED = InventoryObject(
    moref="vm-1", type="VirtualMachine", name="t", path="/DC1/vm/t", is_template=True
)


def test_a_changed_definition_is_another_image(api: Api, tmp_path: Path) -> None:
    folder = tmp_path / "packer"
    shutil.copytree(Definitions(None).folder, folder)
    spec = ImageSpec.model_validate(build_document(name="i1"))
    first = digest(Definitions(folder), spec, CLONED)
    assert digest(Definitions(folder), spec, CLONED) == first
    with (folder / "definitions" / "ubuntu-24.04-node.pkrvars.hcl").open("a") as other:
        other.write("# another image's\n")
    with (folder / "qemu" / "build.pkr.hcl").open("a") as other:
        other.write("# another root's\n")
    assert digest(Definitions(folder), spec, CLONED) == first
    with (folder / "scripts" / "kernel.sh").open("a") as step:
        step.write("# ours\n")
    assert digest(Definitions(folder), spec, CLONED) != first


def test_a_template_made_anew_makes_another_image() -> None:
    spec = ImageSpec.model_validate(build_document(name="i1"))
    successor = CLONED.model_copy(update={"moref": "vm-2"})
    first, second = (digest(Definitions(None), spec, one) for one in (CLONED, successor))
    assert first != second
