"""vCenters: registered only when the login works, their passwords never shown."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.gateway import Gateway
from api.services import Services, assemble
from api.vcenters.records import Records
from api.vcenters.schemas import NewVCenter
from lab.temporal import TemporalServer
from provisioner.domain.ids import OrgId, new_uuid
from provisioner.store import vcenters
from provisioner.store.tables import VCenter
from provisioner.store.types import utc_now
from provisioner.vault.errors import SecretNotFound
from tests.api.asking import create, faults
from tests.api.inventory import ROOT
from tests.api.served import Api, served
from tests.api.workers import Verdicts, working
from tests.unit.documents import cluster_document
from workflows.contracts import VerifyResult

QUEUE = "vcenter-tests"
PASSWORD = "correct horse battery staple"
NEW: dict[str, Any] = {
    "name": "vc1",
    "host": "vcenter.example",
    "username": "provisioner@vsphere.local",
    "password": PASSWORD,
    "thumbprint": ":".join(["AB"] * 32),
    "rootFolder": ROOT,
}
REJECTED = VerifyResult(accepted=False, field="password", reason="the login was rejected")


@pytest.fixture(scope="module")
def verdicts(services: Services, temporal: TemporalServer) -> Iterator[Verdicts]:
    script = Verdicts(services.database)
    with working(temporal.address, QUEUE, script):
        yield script


@pytest.fixture(scope="module")
def url(services: Services, temporal: TemporalServer) -> Iterator[str]:
    gateway = Gateway(temporal.address, "default", QUEUE)
    own = assemble(services.settings, services.database, services.vault, gateway)
    with served(own) as address:
        yield address


@pytest.fixture
def api(url: str, services: Services, verdicts: Verdicts) -> Iterator[Api]:
    part = Api(url, services)
    verdicts.next, verdicts.instance_uuid = VerifyResult(accepted=True), part.vcenter_uuid
    verdicts.asked.clear()
    yield part
    part.close()


def secret(api: Api, vcenter_id: str) -> dict[str, str]:
    with api.database.read() as session:
        row = session.get_one(VCenter, vcenter_id)
    values = api.services.vault.read_secret(row.secret_path)
    return {name: value.get_secret_value() for name, value in values.items()}


def rows(api: Api) -> list[VCenter]:
    query = select(VCenter).where(VCenter.org_id == api.organisation(), VCenter.state != "removed")
    with api.database.read() as session:
        return list(session.scalars(query))


def test_registered(api: Api, admin: httpx.Client, verdicts: Verdicts) -> None:
    answer = admin.post("/vcenters", json=NEW)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/vcenters/vc1"
    found = answer.json()
    assert PASSWORD not in answer.text
    assert "username" not in found
    assert (found["state"], found["version"]) == ("connected", "8.0.3")
    assert found["instanceUuid"] == api.vcenter_uuid
    assert found["watchedAt"].endswith("Z")
    assert admin.get("/vcenters/vc1").json() == found
    assert admin.get("/vcenters").json() == {"items": [found]}
    assert secret(api, found["id"]) == {"username": NEW["username"], "password": PASSWORD}


def test_a_cluster_can_follow_at_once(admin: httpx.Client) -> None:
    admin.post("/vcenters", json=NEW)
    create(admin, cluster_document(vcenter="vc1"))


def test_inventory(admin: httpx.Client) -> None:
    admin.post("/vcenters", json=NEW)
    found = admin.get("/vcenters/vc1/inventory").json()
    assert found["templates"] == [
        {
            "name": "debian-12-node",
            "path": "/DC1/vm/templates/debian-12-node",
            "diskGiB": 20,
        }
    ]
    assert [one["name"] for one in found["clusters"]] == ["compute-1", "compute-2"]
    assert [one["name"] for one in found["networks"]] == ["nodes", "others"]
    assert [one["path"] for one in found["datastoreClusters"]] == ["/DC1/datastore/storage"]
    assert set(found) == {
        "watchedAt",
        "datacenters",
        "clusters",
        "resourcePools",
        "datastores",
        "datastoreClusters",
        "networks",
        "folders",
        "templates",
    }


def test_rejected(api: Api, admin: httpx.Client, verdicts: Verdicts) -> None:
    verdicts.next = REJECTED
    answer = admin.post("/vcenters", json=NEW)
    assert faults(answer) == {"password": "the login was rejected"}
    assert PASSWORD not in answer.text
    assert rows(api) == []
    [(path, _)] = verdicts.asked
    with pytest.raises(SecretNotFound):
        api.services.vault.read_secret(path)
    verdicts.next = VerifyResult(accepted=True)
    assert admin.post("/vcenters", json=NEW).status_code == 201


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"thumbprint": None}, {"thumbprint"}),
        ({"caBundle": "x"}, {"thumbprint"}),
        ({"thumbprint": "AB:CD"}, {"thumbprint"}),
        ({"thumbprint": None, "caBundle": "nonsense \u00e9"}, {"caBundle"}),
        ({"host": "https://vcenter.example/sdk"}, {"host"}),
        ({"port": 0, "name": "A B"}, {"port", "name"}),
        ({"host": "vcenter.example:8443"}, {"host"}),
        ({"rootFolder": "kubernetes"}, {"rootFolder"}),
        ({"rootFolder": "/DC1/vm"}, {"rootFolder"}),
        ({"password": ""}, {"password"}),
        ({"password": 7, "insecure": True}, {"password", "insecure"}),
    ],
)
def test_faults(
    admin: httpx.Client, verdicts: Verdicts, changes: dict[str, Any], expected: set[str]
) -> None:
    answer = admin.post("/vcenters", json=NEW | changes)
    assert set(faults(answer)) == expected
    assert PASSWORD not in answer.text
    assert verdicts.asked == []


def test_name_taken(admin: httpx.Client) -> None:
    admin.post("/vcenters", json=NEW)
    assert set(faults(admin.post("/vcenters", json=NEW | {"port": "x"}))) == {"name", "port"}
    wrong = {
        "host": "http://x",
        "thumbprint": "x",
        "rootFolder": "x",
        "username": "",
        "password": 1,
    }
    found = faults(admin.post("/vcenters", json=NEW | wrong))
    assert set(found) == {"name", *wrong}
    assert found["username"] == "must not be empty"
    assert "the port goes to" in found["host"]


@pytest.mark.parametrize("folder", [ROOT, f"{ROOT}/below", ROOT.rpartition("/")[0] + "/kube"])
def test_one_vcenter_is_not_registered_twice(api: Api, admin: httpx.Client, folder: str) -> None:
    admin.post("/vcenters", json=NEW)
    again = NEW | {"name": "vc2", "rootFolder": folder}
    if folder.endswith("/kube"):
        assert admin.post("/vcenters", json=again).status_code == 201
        return
    ours = faults(admin.post("/vcenters", json=again))["rootFolder"]
    theirs = faults(api.client(organisation="theirs").post("/vcenters", json=again))["rootFolder"]
    assert "vc1" in ours
    assert "taken" in theirs
    assert "vc1" not in theirs
    assert [row.name for row in rows(api)] == ["vc1"]


def test_repeated(api: Api, admin: httpx.Client, verdicts: Verdicts) -> None:
    key = {"Idempotency-Key": "k"}
    first = admin.post("/vcenters", json=NEW, headers=key)
    second = admin.post("/vcenters", json=NEW, headers=key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert len(verdicts.asked) == 1
    other = admin.post("/vcenters", json=NEW | {"password": "another"}, headers=key)
    assert other.status_code == 409
    assert len(verdicts.asked) == 1


def test_repeated_after_it_was_forgotten(api: Api, admin: httpx.Client) -> None:
    key = {"Idempotency-Key": "k"}
    first = admin.post("/vcenters", json=NEW, headers=key).json()
    assert admin.delete("/vcenters/vc1").status_code == 204
    second = admin.post("/vcenters", json=NEW, headers=key)
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]
    assert [row.id for row in rows(api)] == [second.json()["id"]]


def test_two_at_once_register_one(api: Api, admin: httpx.Client) -> None:
    """With a key both get the one answer; without, the later one is told."""

    def post(headers: dict[str, str]) -> httpx.Response:
        name = headers["X-Name"]
        own = {"name": name, "rootFolder": f"{ROOT}/{name}"}
        return admin.post("/vcenters", json=NEW | own, headers=headers)

    with ThreadPoolExecutor(2) as threads:
        same = list(threads.map(post, [{"Idempotency-Key": "k", "X-Name": "vc1"}] * 2))
        other = list(threads.map(post, [{"X-Name": "vc2"}] * 2))
    assert [answer.status_code for answer in same] == [201, 201]
    assert same[0].json() == same[1].json()
    assert sorted(answer.status_code for answer in other)[0] == 201
    assert sorted(answer.status_code for answer in other)[1] in (409, 422)
    assert sorted(row.name for row in rows(api)) == ["vc1", "vc2"]


def test_what_is_being_tried_is_not_shown(
    api: Api, admin: httpx.Client, services: Services
) -> None:
    """As an API that was killed leaves it."""
    org_id = OrgId(api.organisation())
    trial = Records(services, org_id).begin_trial(NewVCenter.model_validate(NEW))
    assert admin.get("/vcenters").json() == {"items": []}
    assert admin.get("/vcenters/vc1").status_code == 404
    made = admin.post("/vcenters", json=NEW)
    assert made.status_code == 201, made.text
    with api.database.read() as session:
        later, now = utc_now() + timedelta(minutes=1), utc_now() - timedelta(minutes=1)
        assert trial in [row.id for row in vcenters.abandoned(session, later)]
        assert made.json()["id"] not in [row.id for row in vcenters.abandoned(session, later)]
        assert trial not in [row.id for row in vcenters.abandoned(session, now)]


def test_nobody_tries_the_login(api: Api, services: Services, temporal: TemporalServer) -> None:
    """No worker at all: 504, and nothing stays."""
    gateway = Gateway(temporal.address, "default", "nobody", verify_seconds=1)
    own = assemble(services.settings, services.database, services.vault, gateway)
    with served(own) as url:
        answer = api.client().post(f"{url}/vcenters", json=NEW)
    assert answer.status_code == 504
    assert answer.headers["content-type"] == "application/problem+json"
    assert "worker" in answer.json()["detail"]
    assert rows(api) == []


def test_new_password(api: Api, admin: httpx.Client, verdicts: Verdicts) -> None:
    made = admin.post("/vcenters", json=NEW).json()
    answer = admin.patch("/vcenters/vc1", json={"password": "another one"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == made["id"]
    assert secret(api, made["id"]) == {"username": NEW["username"], "password": "another one"}
    [row] = rows(api)
    assert row.credential_version == 2
    first, second = verdicts.asked
    with pytest.raises(SecretNotFound):
        api.services.vault.read_secret(first[0])
    assert second[0] == row.secret_path


def test_new_thumbprint(api: Api, admin: httpx.Client) -> None:
    admin.post("/vcenters", json=NEW)
    fresh = ":".join(["CD"] * 32)
    answer = admin.patch("/vcenters/vc1", json={"thumbprint": fresh})
    assert answer.json()["thumbprint"] == fresh


def test_new_password_rejected(api: Api, admin: httpx.Client, verdicts: Verdicts) -> None:
    made = admin.post("/vcenters", json=NEW).json()
    verdicts.next = REJECTED
    answer = admin.patch("/vcenters/vc1", json={"password": "wrong"})
    assert set(faults(answer)) == {"password"}
    assert "wrong" not in answer.text
    assert secret(api, made["id"])["password"] == PASSWORD
    assert [row.credential_version for row in rows(api)] == [1]


def test_another_vcenter_answers(api: Api, admin: httpx.Client, verdicts: Verdicts) -> None:
    admin.post("/vcenters", json=NEW)
    verdicts.instance_uuid = new_uuid()
    assert admin.patch("/vcenters/vc1", json={"password": "x"}).status_code == 409
    assert [row.credential_version for row in rows(api)] == [1]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {""}),
        ({"host": "x", "colour": "blue"}, {"host", "colour"}),
        ({"thumbprint": "x", "port": 1}, {"thumbprint", "port"}),
    ],
)
def test_what_can_not_change(admin: httpx.Client, body: dict[str, Any], expected: set[str]) -> None:
    admin.post("/vcenters", json=NEW)
    assert set(faults(admin.patch("/vcenters/vc1", json=body))) == expected


def test_delete(api: Api, admin: httpx.Client, temporal: TemporalServer) -> None:
    made = admin.post("/vcenters", json=NEW).json()
    path = f"vcenters/{made['id']}"
    assert admin.delete("/vcenters/vc1").status_code == 204
    assert admin.get("/vcenters/vc1").status_code == 404
    assert admin.get("/vcenters").json() == {"items": []}
    assert admin.delete("/vcenters/vc1").status_code == 404
    with pytest.raises(SecretNotFound):
        api.services.vault.read_secret(path)
    assert admin.post("/vcenters", json=NEW).status_code == 201


def test_delete_in_use(api: Api, admin: httpx.Client) -> None:
    api.add_vcenter()
    create(admin)
    answer = admin.delete("/vcenters/lab")
    assert answer.status_code == 409
    assert "delete them first" in answer.json()["detail"]
    assert admin.get("/vcenters/lab").status_code == 200
