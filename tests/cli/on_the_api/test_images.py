"""pkectl image, on the real API."""

import json
from typing import Any

import pytest
import yaml

from provisioner.store import images, operations, resources
from tests.api.asking import create
from tests.api.images import build_document, import_document, register
from tests.api.served import Api
from tests.cli.conftest import Pkectl
from tests.unit.documents import cluster_document


@pytest.fixture
def image(pkectl: Pkectl) -> dict[str, Any]:
    ran = pkectl("image", "build", "-f", "-", stdin=yaml.safe_dump(build_document(name="i1")))
    assert ran.code == 0, ran.err
    assert "pkectl operation watch" in ran.err
    return json.loads(pkectl("image", "get", "i1", "-o", "json").out)


def end(api: Api, image: dict[str, Any], state: str) -> None:
    with api.database.write() as session:
        resources.lock(session, image["id"])
        running = operations.running(session, image["id"])
        assert running
        operations.finish(running, state, None if state == "succeeded" else "build: it broke")


def test_every_read_has_a_table(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    register(api, image)
    with api.database.write() as session:
        check = {"name": "kubelet", "ok": True, "found": "1.35.4"}
        images.get(session, image["id"]).report = {"checks": [check]}
    create(api.client("operator"), cluster_document(controlPlane={"template": "i1"}))
    assert "debian12" in pkectl("image", "list").out
    shown = pkectl("image", "get", "i1").out
    for part in ("local-1", "c1", "control-plane", "kubelet", "passed", image["digest"]):
        assert part in shown
    assert "CreationRequested" in pkectl("image", "events", "i1").out
    assert yaml.safe_load(pkectl("image", "get", "i1", "--spec").out)["name"] == "i1"


def test_the_query_is_shown_beside_its_template(
    api: Api, pkectl: Pkectl, image: dict[str, Any]
) -> None:
    register(api, image)
    plane = {"image": "os=debian12, kubernetes=1.35"}
    create(api.client("operator"), cluster_document(controlPlane=plane))
    assert "os=debian12, kubernetes=1.35" in pkectl("cluster", "get", "c1").out


def test_what_is_there_already_is_shown(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    register(api, image)
    document = yaml.safe_dump(build_document())
    ran = pkectl("image", "build", "-f", "-", stdin=document)
    assert (ran.code, "image i1 is exactly this" in ran.err) == (0, True)
    assert "i1" in ran.out
    ran = pkectl("image", "build", "-f", "-", "--force", stdin=document)
    assert "follow it with" in ran.err
    further = yaml.safe_dump(build_document(copies=["local-2"]))
    ran = pkectl("image", "build", "-f", "-", stdin=further)
    assert (ran.code, "nothing is built" in ran.err) == (0, True)


def test_copied_to_further_datastores(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    register(api, image)
    assert (
        "local-2" in pkectl("image", "copy", "i1", "-d", "local-2", "--dry-run", "-o", "yaml").out
    )
    ran = pkectl("image", "copy", "i1", "--datastore", "local-2")
    assert (ran.code, "pkectl image logs i1" in ran.err) == (0, True)
    shown = pkectl("image", "get", "i1").out.splitlines()
    assert ["copies", "local-2"] in [line.split() for line in shown]
    assert "nothing to change" in pkectl("image", "copy", "i1", "-d", "local-2").err
    ran = pkectl("image", "copy", "i1", "-d", "nowhere")
    assert (ran.code, "no datastore 'nowhere'" in ran.err) == (6, True)


def test_imported(pkectl: Pkectl) -> None:
    ran = pkectl("image", "import", "-f", "-", stdin=yaml.safe_dump(import_document()))
    assert ran.code == 0, ran.err
    assert "imported" in pkectl("image", "list").out


def test_the_log_so_far(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    with api.database.write() as session:
        images.append_log(session, image["id"], ["==> one", "\x1b[31mtwo"])
    ran = pkectl("image", "logs", "i1")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[0].endswith("==> one")
    assert "\x1b" not in ran.out
    assert "running" in ran.err


def test_the_log_to_its_end(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    with api.database.write() as session:
        images.append_log(session, image["id"], ["==> one"])
    end(api, image, "failed")
    ran = pkectl("image", "logs", "i1", "--follow")
    assert "==> one" in ran.out
    assert "failed" in ran.err


def test_watching_tells_how_it_ended(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    assert pkectl("image", "watch", "i1", "--timeout", "0s").code == 7
    end(api, image, "failed")
    ran = pkectl("image", "watch", "i1")
    assert (ran.code, "build: it broke" in ran.err) == (1, True)
    assert "pkectl image retry i1" in ran.err
    assert pkectl("image", "retry", "i1").code == 0


def test_cancelled(pkectl: Pkectl, image: dict[str, Any]) -> None:
    assert pkectl("image", "cancel", "i1").code == 2
    assert pkectl("image", "cancel", "i1", "--yes").code == 0
    assert "DELETING" in pkectl("image", "list").out


def test_one_in_use_is_not_deleted(api: Api, pkectl: Pkectl, image: dict[str, Any]) -> None:
    register(api, image)
    create(api.client("operator"), cluster_document(controlPlane={"template": "i1"}))
    ran = pkectl("image", "delete", "i1", "--yes")
    assert (ran.code, "cluster c1" in ran.err) == (1, True)


def test_deleted(pkectl: Pkectl, image: dict[str, Any]) -> None:
    ran = pkectl("image", "delete", "i11", "--yes")
    assert (ran.code, "did you mean 'i1'" in ran.err) == (4, True)
    assert pkectl("image", "delete", "other", "--yes", "--missing-ok").code == 0
    assert pkectl("image", "delete", "i1", "--yes").code == 0


def test_all_faults_of_a_request(pkectl: Pkectl) -> None:
    document = build_document(definition="nothing", vcenter="nowhere")
    ran = pkectl("image", "build", "-f", "-", stdin=yaml.safe_dump(document))
    assert ran.code == 6
    assert "definition: there is no image definition 'nothing'" in ran.err
    assert "vcenter:" in ran.err
