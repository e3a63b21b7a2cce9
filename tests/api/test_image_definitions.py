"""What images can be built from, told to whoever wants to ask for one."""

import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.images.definitions import shown
from provisioner.images.definitions import Definitions
from tests.api.asking import faults
from tests.api.images import build_document

NODE = "debian-12-node"


def variables(client: httpx.Client, definition: str = NODE) -> dict[str, dict[str, Any]]:
    found = client.get(f"/images/definitions/{definition}").raise_for_status().json()
    return {one["name"]: one for one in found["variables"]}


def test_definitions_are_listed(viewer: httpx.Client) -> None:
    found = {one["name"]: one for one in viewer.get("/images/definitions").json()["items"]}
    assert found["debian-12-load-balancer"]["role"] == "load-balancer"
    assert found["ubuntu-24.04-node"]["os"] == "ubuntu24.04"


def test_variables_are_told_with_what_holds_unless_they_are_set(viewer: httpx.Client) -> None:
    found = variables(viewer, "debian-12-load-balancer")
    assert (found["disk_gib"]["type"], found["disk_gib"]["value"]) == ("number", 10)
    assert all(one["description"] for one in found.values())


def test_they_are_those_that_a_build_takes(operator: httpx.Client) -> None:
    asked = build_document(variables={"no_such_thing_at_all": 1})
    [advice] = faults(operator.post("/images/builds", json=asked)).values()
    assert advice.partition("there are: ")[2].split(", ") == sorted(variables(operator))
    assert {"os", "role", "vcenter_password"}.isdisjoint(variables(operator))


def test_a_misspelt_one_is_led_to_the_nearest(operator: httpx.Client) -> None:
    asked = build_document(variables={"apt_miror": "http://mirror/"})
    found = faults(operator.post("/images/builds", json=asked))
    assert found["variables.apt_miror"].endswith("did you mean apt_mirror?")


@pytest.mark.parametrize("proxy", ["http://me:secret@proxy:3128", "me:secret@proxy:3128"])
def test_a_definitions_own_password_is_nobodys_to_read(tmp_path: Path, proxy: str) -> None:
    folder = Path(shutil.copytree(Definitions(None).folder, tmp_path / "packer"))
    with (folder / "definitions" / f"{NODE}.pkrvars.hcl").open("a") as file:
        file.write(f'http_proxy = "{proxy}"\n')
    found = shown(Definitions(folder).read(NODE))
    assert [one.value for one in found.variables if one.name == "http_proxy"] == [None]


def test_an_unknown_one_is_404_with_those_there_are(viewer: httpx.Client) -> None:
    answer = viewer.get("/images/definitions/debian-13-node")
    assert answer.status_code == 404
    assert NODE in answer.json()["detail"]
