"""When an image is the same as one there is, and what its digest stands for."""

import shutil
from pathlib import Path

import httpx

from provisioner.domain.spec.image import ImageSpec
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.images.definitions import Definitions
from provisioner.images.digest import digest
from tests.api.asking import faults
from tests.api.images import (
    build,
    build_document,
    lose,
    made,
    register,
)
from tests.api.served import Api


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


def test_of_several_the_one_that_has_the_copies_is_the_answer(
    api: Api, operator: httpx.Client
) -> None:
    first = build(operator, copies=["local-2"])
    register(api, first, ("local-1", "local-2"))
    made(api, operator, force=True)
    again = build_document(copies=["/DC1/datastore/local-2"])
    assert operator.post("/images/builds", json=again).json()["id"] == first["id"]


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
