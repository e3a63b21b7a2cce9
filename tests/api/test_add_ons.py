"""A cluster's add-ons: looked at, switched, set."""

from typing import Any

import httpx
import pytest

from provisioner.domain import add_ons as domain
from provisioner.domain.add_ons import LOAD_BALANCER, METALLB
from provisioner.domain.ids import new_uuid
from provisioner.domain.planning.wishes import TaskWish, When
from provisioner.store import add_ons, clusters, resources, tasks
from provisioner.store.add_ons import Sighting
from provisioner.store.tables import Secret
from provisioner.store.types import utc_now
from provisioner.vault.layout import secret_path
from tests.api.asking import accepted, create, faults, shown
from tests.api.served import Api
from tests.unit.documents import cluster_document

ADD_ONS = "/clusters/c1/addons"
RANGES = ["10.0.0.200-10.0.0.219"]
MANIFEST = {"url": "https://mirror.example.com/calico.yaml", "sha256": "a" * 64}


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    kubernetes = {"version": "1.35.0", "cni": "flannel"}
    return create(operator, cluster_document(kubernetes=kubernetes, loadBalancerRanges=RANGES))


def listed(client: httpx.Client) -> dict[str, dict[str, Any]]:
    answer = client.get(ADD_ONS)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["items"]}


def finished(api: Api, cluster: dict[str, Any], failure: str | None = None) -> None:
    with api.database.write() as session:
        resource = resources.lock(session, cluster["id"])
        spec = clusters.spec_of(session, resource)
        wish = domain.wish(spec, LOAD_BALANCER)
        assert wish is not None
        key = domain.key(spec, wish)
        tasks.begin(session, resource, TaskWish(name=wish.name, when=When.AFTER_CORE, key=key))
        tasks.finish(session, resource, wish.name, failure)


def seen(api: Api, cluster: dict[str, Any], *problems: str) -> None:
    with api.database.write() as session:
        found = Sighting("metallb", METALLB, 24, problems)
        add_ons.note(session, cluster["id"], LOAD_BALANCER, found)


def test_a_new_cluster_waits_for_its_add_ons(viewer: httpx.Client, cluster: dict[str, Any]) -> None:
    found = listed(viewer)
    assert found["cni"]["program"] == "flannel"
    assert (found["cni"]["wanted"], found["cni"]["state"]) == (True, "waiting")
    assert found["storage-driver"]["state"] == "absent"
    assert not found["dns"]["managed"]


@pytest.mark.parametrize(
    ("problems", "state", "reason"),
    [((), "installed", None), (("2 of 3 pods",), "unhealthy", "2 of 3 pods")],
)
def test_what_was_seen_is_shown(
    api: Api,
    viewer: httpx.Client,
    cluster: dict[str, Any],
    problems: tuple[str, ...],
    state: str,
    reason: str | None,
) -> None:
    finished(api, cluster)
    seen(api, cluster, *problems)
    found = listed(viewer)[LOAD_BALANCER]
    assert (found["version"], found["objects"]) == (METALLB, 24)
    assert (found["state"], found["reason"]) == (state, reason)


def test_a_failure_tells_its_reason(
    api: Api, viewer: httpx.Client, cluster: dict[str, Any]
) -> None:
    finished(api, cluster, failure="the cluster refuses it")
    found = listed(viewer)[LOAD_BALANCER]
    assert (found["state"], found["reason"]) == ("failed", "the cluster refuses it")


def test_one_is_switched_off_and_on(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    operation = accepted(operator.patch(ADD_ONS, json={"loadBalancer": {"enabled": False}}))
    assert (operation["kind"], operation["generation"]) == ("change add-ons", 2)
    assert not listed(operator)[LOAD_BALANCER]["wanted"]
    assert shown(operator, "c1")["spec"]["loadBalancerRanges"] == RANGES
    accepted(operator.patch(ADD_ONS, json={"loadBalancer": {"enabled": True}}))
    assert listed(operator)[LOAD_BALANCER]["wanted"]


def test_a_manifest_is_replaced(operator: httpx.Client) -> None:
    kubernetes = {"version": "1.35.0", "cni": "calico"}
    before = {"cniManifest": MANIFEST}
    create(operator, cluster_document(kubernetes=kubernetes, addOns=before))
    after = {"file": "calico.yaml", "sha256": "b" * 64}
    accepted(operator.patch(ADD_ONS, json={"cniManifest": after}))
    assert shown(operator, "c1")["spec"]["addOns"]["cniManifest"] == after


def add_secret(
    api: Api, name: str, of_type: str = "vsphere", server: str = "vcenter.example"
) -> None:
    org_id, secret_id = api.organisation(), new_uuid()
    with api.database.write() as session:
        row = Secret(
            id=secret_id,
            org_id=org_id,
            name=name,
            type=of_type,
            server=server,
            secret_path=secret_path(secret_id),
            created_by="alice",
            stored_at=utc_now(),
        )
        session.add(row)


def test_the_storages_account_is_replaced(api: Api, operator: httpx.Client) -> None:
    for name in ("csi", "csi-2"):
        add_secret(api, name)
    add_secret(api, "bot", "registry")
    create(operator, cluster_document(storage={"secret": "csi", "policy": "gold"}))
    for wrong in ("bot", "nobody"):
        answer = operator.patch(ADD_ONS, json={"storage": {"secret": wrong}})
        assert set(faults(answer)) == {"storage.secret"}
    accepted(operator.patch(ADD_ONS, json={"storage": {"secret": "csi-2"}}))
    assert shown(operator, "c1")["spec"]["storage"] == {"secret": "csi-2", "policy": "gold"}


def test_an_account_of_another_vcenter_is_refused(api: Api, operator: httpx.Client) -> None:
    """Its programs would be sent to that server, at the port of this one."""
    for name, server in (("csi", "VCenter.Example"), ("other", "vc2.example")):
        add_secret(api, name, server=server)
    answer = operator.post("/clusters", json=cluster_document(storage={"secret": "other"}))
    told = faults(answer)["storage.secret"]
    assert "for vc2.example, but the vCenter 'lab' is vcenter.example" in told
    create(operator, cluster_document(storage={"secret": "csi"}))
    answer = operator.patch(ADD_ONS, json={"storage": {"secret": "other"}})
    assert set(faults(answer)) == {"storage.secret"}


def test_an_account_that_nobody_stored_is_refused(operator: httpx.Client) -> None:
    answer = operator.post("/clusters", json=cluster_document(storage={"secret": "csi"}))
    assert "POST /secrets" in faults(answer)["storage.secret"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {""}),
        ({"storage": {"secret": "csi"}}, {"storage"}),
        ({"storage": None}, {"storage"}),
        ({"colour": "blue"}, {"colour"}),
        ({"dns": {"enabled": False}}, {"dns"}),
        ({"cloudProvider": {}, "cni": "none"}, {"cloudProvider", "cni"}),
        ({"loadBalancer": {"enabled": "no"}}, {"loadBalancer.enabled"}),
        ({"storageDriver": {"enabled": False}}, {"storageDriver.enabled"}),
        ({"storageDriver": {"enabled": True}}, {"storageDriver.enabled"}),
        ({"cniManifest": MANIFEST}, {"cniManifest"}),
        ({"cniManifest": {"url": "http://x/y", "sha256": "1"}}, None),
    ],
)
def test_what_can_not_be_asked(
    operator: httpx.Client,
    cluster: dict[str, Any],
    change: dict[str, Any],
    expected: set[str] | None,
) -> None:
    found = set(faults(operator.patch(ADD_ONS, json=change)))
    assert found >= (expected or {"cniManifest.url", "cniManifest.sha256"})
    assert expected is None or found == expected


def test_what_is_not_there_is_said_to_be_missing(operator: httpx.Client) -> None:
    create(operator, cluster_document())
    change = {"storage": {"secret": "csi"}, "loadBalancer": {"enabled": True}}
    found = faults(operator.patch(ADD_ONS, json=change))
    assert "made without storage" in found["storage"]
    assert "loadBalancerRanges" in found["loadBalancer.enabled"]


def test_why_an_add_on_is_absent(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    accepted(operator.patch(ADD_ONS, json={"loadBalancer": {"enabled": False}}))
    finished(api, cluster)
    found = listed(operator)
    assert found["storage-driver"]["reason"] == "the cluster's document has no storage"
    assert found["load-balancer"]["state"] == "absent"
    assert found["load-balancer"]["reason"] == "it is switched off"


def test_looking_takes_a_viewer_and_changing_an_operator(
    viewer: httpx.Client, cluster: dict[str, Any]
) -> None:
    change = {"loadBalancer": {"enabled": False}}
    assert viewer.patch(ADD_ONS, json=change).status_code == 403


def test_a_cluster_is_told_where_its_add_ons_change(
    operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    found = faults(operator.patch("/clusters/c1", json={"addOns": {}}))
    assert "/addons" in found["addOns"]


@pytest.mark.parametrize(
    ("kubernetes", "given", "expected"),
    [
        ({"cni": "calico"}, {}, "addOns.cniManifest"),
        ({"cni": "flannel"}, {"addOns": {"cniManifest": MANIFEST}}, "addOns.cniManifest"),
        (
            {"cni": "cilium"},
            {"addOns": {"cniManifest": MANIFEST | {"file": "cilium.yaml"}}},
            "addOns.cniManifest",
        ),
        ({}, {"imageRegistry": "https://registry.example.com"}, "imageRegistry"),
        ({}, {"addOns": {"storageDriver": {"enabled": False}}}, "addOns.storageDriver.enabled"),
    ],
)
def test_documents_that_do_not_fit_are_refused(
    operator: httpx.Client, kubernetes: dict[str, str], given: dict[str, Any], expected: str
) -> None:
    document = cluster_document(kubernetes={"version": "1.35.0", **kubernetes}, **given)
    assert set(faults(operator.post("/clusters", json=document))) == {expected}
