"""Images that are refused: every fault of a request, each at its field."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from provisioner.domain.spec.image import ImageBuild
from provisioner.domain.spec.image_checks import check_build
from provisioner.images.definitions import Definitions
from tests.api.asking import faults
from tests.api.images import (
    build_document,
    import_document,
)
from tests.api.served import Api


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
        ({"variables": {"containerd_package": "containerd"}}, "variables.containerd_package"),
        ({"variables": {"containerd_url": ""}}, "variables.containerd_url"),
        ({"variables": {"containerd_sha256": ""}}, "variables.containerd_sha256"),
        ({"variables": {"runc_sha256": ""}}, "variables.runc_sha256"),
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


def test_a_newer_versions_digests_may_be_given(operator: httpx.Client) -> None:
    digests = ["pause:3.10.3=sha256:" + "0" * 64]
    package = {"containerd_package": "containerd=1.7.24-1", "containerd_url": ""}
    asked = build_document(variables={"image_digests": digests, **package})
    assert operator.post("/images/builds", json=asked).status_code == 202


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


def test_faults_of_an_import(operator: httpx.Client) -> None:
    document = import_document(template="a-plain-vm", name="import", definition="x")
    found = faults(operator.post("/images/import", json=document))
    assert set(found) == {"template", "name", "definition"}
    assert "not a template" in found["template"]
