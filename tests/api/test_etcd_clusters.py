"""POST /etcd-clusters and its members at the node API; clusters that keep their data there."""

import random
from typing import Any

import httpx
import pytest
from cryptography import x509
from pydantic import SecretStr

from provisioner.domain.etcd_clusters import AUTHORITY, KIND, peer_url
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.wishes import TaskWish, When
from provisioner.store import etcd_members, leadership, resources, tasks
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from tests.api.asking import create, faults
from tests.api.looking import change, look
from tests.api.served import Api
from tests.api.test_secrets import REGISTRY, etcd_values
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import etcd_document, with_addresses


def make(client: httpx.Client, document: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = client.post("/etcd-clusters", json=document or etcd_document())
    assert answer.status_code == 202, answer.text
    return client.get(answer.headers["location"]).json()


def on(etcd: str, prefix: str | None = None, **changes: Any) -> dict[str, Any]:
    """A cluster's document that keeps its data there."""
    external = {"etcdCluster": etcd} | ({"prefix": prefix} if prefix else {})
    plane = {"size": 2, "template": "debian-12-node", "externalEtcd": external}
    return cluster_document(controlPlane=plane, **changes)


def second(etcd: str, prefix: str | None = None) -> dict[str, Any]:
    return on(etcd, prefix, name="c2", endpoint={"vip": "10.0.0.11"})


def prepare(api: Api, etcd: dict[str, Any]) -> None:
    """What the task `authority` does."""
    api.services.vault.ensure_etcd_authority(ResourceId(etcd["id"]), etcd["name"])
    with api.database.write() as session:
        resource = resources.lock(session, etcd["id"])
        tasks.begin(session, resource, TaskWish(name=AUTHORITY, when=When.BEFORE_NODES))
        tasks.finish(session, resource, AUTHORITY)


def test_accepted_and_shown(operator: httpx.Client, viewer: httpx.Client) -> None:
    found = make(operator)
    assert (found["name"], found["status"], found["clusters"]) == ("e1", "CREATING", [])
    assert found["endpoints"][0] == "https://10.0.0.31:2379"
    assert found["spec"]["etcd"]["quotaMiB"] == 4096
    assert viewer.get("/etcd-clusters/e1").json() == found
    [summary] = viewer.get("/etcd-clusters").json()["items"]
    assert summary == {k: v for k, v in found.items() if k not in ("spec", "conditions")}
    [first] = viewer.get("/etcd-clusters/e1/events").json()["items"]
    assert first["reason"] == "CreationRequested"
    assert viewer.get(f"/operations/{found['operation']}").json()["cluster"]["kind"] == KIND


def test_it_is_no_cluster(operator: httpx.Client) -> None:
    found = make(operator)
    assert operator.get("/clusters").json() == {"items": []}
    assert operator.get(f"/clusters/{found['id']}").status_code == 404
    assert operator.delete("/clusters/e1").status_code == 404


def test_names_are_taken_by_kind(operator: httpx.Client) -> None:
    make(operator)
    create(operator, cluster_document(name="e1"))
    found = faults(operator.post("/etcd-clusters", json=etcd_document()))
    assert "etcd cluster named 'e1'" in found["name"]


def test_a_dry_run_changes_nothing(operator: httpx.Client) -> None:
    answer = operator.post("/etcd-clusters?dryRun=true", json=etcd_document())
    assert answer.status_code == 200, answer.text
    assert answer.json()["plan"]["create"] == [{"group": "members", "count": 3}]
    assert operator.get("/etcd-clusters").json() == {"items": []}


def test_a_repeated_request_makes_one(operator: httpx.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [
        operator.post("/etcd-clusters", json=etcd_document(), headers=headers) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("call", ["post", "delete"])
def test_viewers_change_nothing(operator: httpx.Client, viewer: httpx.Client, call: str) -> None:
    if call == "post":
        answer = viewer.post("/etcd-clusters", json=etcd_document())
    else:
        make(operator)
        answer = viewer.delete("/etcd-clusters/e1")
    assert answer.status_code == 403


def test_another_organisations_is_not_found(api: Api, operator: httpx.Client) -> None:
    found = make(operator)
    stranger = api.client("admin", "theirs")
    assert stranger.get(f"/etcd-clusters/{found['id']}").status_code == 404
    assert stranger.delete(f"/etcd-clusters/{found['id']}").status_code == 404


def test_all_faults_at_once(operator: httpx.Client) -> None:
    document = with_addresses("10.0.0.31-10.0.0.35") | {"colour": "blue"}
    document["placement"] = document["placement"] | {"datastore": "nowhere"}
    found = faults(operator.post("/etcd-clusters", json=document))
    assert set(found) == {"colour", "members.addresses.ranges", "placement.datastore"}


def test_addresses_of_others_are_refused(operator: httpx.Client) -> None:
    create(operator, cluster_document(loadBalancerRanges=["10.0.0.32-10.0.0.40"]))
    found = faults(operator.post("/etcd-clusters", json=etcd_document()))
    assert "loadBalancerRanges.0 of cluster 'c1'" in found["members.addresses.ranges.0"]
    found = faults(operator.post("/etcd-clusters", json=with_addresses("10.0.0.9-10.0.0.11")))
    assert "10.0.0.10 is in use" in found["members.addresses.ranges.0"]


def test_a_members_address_is_its_clusters_while_nobody_has_it(operator: httpx.Client) -> None:
    make(operator)
    found = faults(operator.post("/clusters", json=cluster_document(endpoint={"vip": "10.0.0.32"})))
    assert "in use by etcd cluster 'e1'" in found["endpoint.vip"]
    ranges = {"loadBalancerRanges": ["10.0.0.33-10.0.0.40"]}
    found = faults(operator.post("/clusters", json=cluster_document(**ranges)))
    assert "10.0.0.33 is in use by etcd cluster 'e1'" in found["loadBalancerRanges.0"]
    found = faults(operator.post("/etcd-clusters", json=etcd_document(name="e2")))
    assert "in use" in found["members.addresses.ranges.0"]


def test_too_much_for_a_vm(operator: httpx.Client) -> None:
    noise = random.Random(1)
    keys = [
        "ssh-ed25519 " + "".join(noise.choices("ABCDEFGHabcdefgh0123456789", k=2000))
        for _ in range(64)
    ]
    found = faults(operator.post("/etcd-clusters", json=etcd_document(sshKeys=keys)))
    assert "too large" in found["trustedCAs"]


def test_deleted_and_retried(operator: httpx.Client) -> None:
    make(operator)
    assert operator.post("/etcd-clusters/e1/retry").status_code == 202
    answer = operator.delete("/etcd-clusters/e1")
    assert answer.json()["kind"] == "delete"
    assert operator.delete("/etcd-clusters/e1").json()["id"] == answer.json()["id"]


def test_what_care_found_is_shown(api: Api, operator: httpx.Client) -> None:
    found = make(operator)
    condition = {"type": "EtcdHealthy", "status": "True", "reason": "Healthy", "message": ""}
    with api.database.write() as session:
        resources.lock(session, found["id"]).care_conditions = [condition]
    shown = operator.get("/etcd-clusters/e1").json()["conditions"]
    assert condition | {"seenAt": None} in shown


# Clusters that use one.


def test_a_cluster_of_two_masters_on_it(operator: httpx.Client) -> None:
    make(operator)
    found = create(operator, on("e1"))
    assert found["spec"]["controlPlane"]["externalEtcd"] == {"etcdCluster": "e1", "endpoints": []}
    assert operator.get("/etcd-clusters/e1").json()["clusters"] == ["c1"]


def test_unknown_and_foreign_ones_are_refused(api: Api, operator: httpx.Client) -> None:
    api.add_vcenter("theirs")
    make(api.client("operator", "theirs"), etcd_document(name="hidden"))
    make(operator, with_addresses("10.0.0.41-10.0.0.43"))
    found = faults(operator.post("/clusters", json=on("hidden")))
    advice = found["controlPlane.externalEtcd.etcdCluster"]
    assert "no etcd cluster 'hidden'" in advice
    assert "there are: e1" in advice


def test_one_that_goes_is_refused(operator: httpx.Client) -> None:
    make(operator)
    operator.delete("/etcd-clusters/e1")
    found = faults(operator.post("/clusters", json=on("e1")))
    assert "being deleted" in found["controlPlane.externalEtcd.etcdCluster"]


def test_one_in_use_stays(operator: httpx.Client) -> None:
    make(operator)
    create(operator, on("e1"))
    answer = operator.delete("/etcd-clusters/e1")
    assert answer.status_code == 409
    assert "c1" in answer.json()["detail"]
    operator.delete("/clusters/c1")
    assert operator.delete("/etcd-clusters/e1").status_code == 202


@pytest.mark.parametrize("prefix", ["/a", "/a/b", "/"])
def test_a_prefix_is_one_clusters_alone(operator: httpx.Client, prefix: str) -> None:
    make(operator)
    create(operator, on("e1", "/a"))
    found = faults(operator.post("/clusters", json=second("e1", prefix)))
    assert list(found) == ["controlPlane.externalEtcd.prefix"]


def test_an_id_as_prefix_is_taken_too(operator: httpx.Client) -> None:
    make(operator)
    first = create(operator, on("e1"))
    found = faults(operator.post("/clusters", json=second("e1", f"/{first['id']}")))
    assert "cluster 'c1'" in found["controlPlane.externalEtcd.prefix"]


def test_prefixes_of_other_etcd_clusters_do_not_count(operator: httpx.Client) -> None:
    make(operator)
    make(operator, with_addresses("10.0.0.34-10.0.0.36") | {"name": "e2"})
    create(operator, on("e1", "/a"))
    create(operator, second("e2", "/a"))


def test_where_the_data_is_can_not_be_changed(operator: httpx.Client) -> None:
    make(operator)
    create(operator, on("e1"))
    change = {"controlPlane": {"externalEtcd": {"etcdCluster": "e2"}}}
    found = faults(operator.patch("/clusters/c1", json=change))
    assert "can't be changed" in found["controlPlane.externalEtcd"]


def test_its_masters_get_a_client_certificate_and_no_etcd_authority(
    api: Api, operator: httpx.Client
) -> None:
    prepare(api, make(operator))
    cluster = create(operator, on("e1"))
    api.services.vault.ensure_cluster_authorities(ResourceId(cluster["id"]), "c1")
    master = next(node for node in look(api, cluster) if node.group == "control-plane")
    [secret] = Visit(api, master).secrets().json()
    found = secret["values"]
    assert "etcdCaKey" not in found
    client = x509.load_pem_x509_certificate(found["externalEtcdClientCert"].encode())
    assert client.subject.rfc4514_string() == f"CN={cluster['id']}"
    assert "PRIVATE KEY" in found["externalEtcdClientKey"]
    client.verify_directly_issued_by(
        x509.load_pem_x509_certificate(found["externalEtcdCaCert"].encode())
    )


# Members at the node API.


@pytest.fixture
def etcd(api: Api, operator: httpx.Client) -> dict[str, Any]:
    found = make(operator)
    prepare(api, found)
    return found


def test_the_first_member_that_asks_starts_the_cluster(api: Api, etcd: dict[str, Any]) -> None:
    first, other, _ = look(api, etcd)
    visit = Visit(api, first)
    answer = visit.get("etcd/member")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    settings = dict(line.split("=", 1) for line in answer.json()["configuration"].splitlines())
    assert (
        settings["ETCD_INITIAL_CLUSTER"] == f"{first.name}={peer_url(etcd_members.address(first))}"
    )
    assert settings["ETCD_INITIAL_CLUSTER_STATE"] == "new"
    assert visit.get("etcd/member").status_code == 200
    waiting = Visit(api, other).get("etcd/member")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "2")


def test_others_join_when_the_members_know_them(api: Api, etcd: dict[str, Any]) -> None:
    first, other, _ = look(api, etcd)
    Visit(api, first).get("etcd/member")
    path = join_token_path(ResourceId(etcd["id"]), other.id)
    initial = f'{{"{first.name}": "https://10.0.0.31:2380", "{other.name}": "https://b:2380"}}'
    api.services.vault.write_secret(path, {"initial": SecretStr(initial)})
    change(api, other, join_token_at=utc_now())
    found = Visit(api, other).get("etcd/member").json()
    assert f"ETCD_INITIAL_CLUSTER={first.name}=https" in found["configuration"]
    assert "ETCD_INITIAL_CLUSTER_STATE=existing" in found["configuration"]


def test_a_starter_that_is_gone_is_succeeded(api: Api, etcd: dict[str, Any]) -> None:
    first, other, _ = look(api, etcd)
    Visit(api, first).get("etcd/member")
    Visit(api, other).get("etcd/member")
    change(api, first, phase=Phase.GONE)
    with api.database.write() as session:
        leadership.clear(session, first.id)
    assert Visit(api, other).get("etcd/member").status_code == 200


def test_nobody_starts_a_second_one(api: Api, etcd: dict[str, Any]) -> None:
    """Also when all members of the first are gone: what it held would be lost unseen."""
    first, *_ = look(api, etcd)
    with api.database.write() as session:
        resources.lock(session, etcd["id"]).established = True
    assert Visit(api, first).get("etcd/member").status_code == 503


def test_its_certificate_is_its_own(api: Api, etcd: dict[str, Any]) -> None:
    first, *_ = look(api, etcd)
    found = Visit(api, first).get("etcd/member").json()
    certificate = x509.load_pem_x509_certificate(found["certificate"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert first.name in names.get_values_for_type(x509.DNSName)
    assert set(found) == {"configuration", "authority", "certificate", "privateKey"}


@pytest.mark.parametrize("path", ["pke/ready", "bootstrap", "pke/leader"])
def test_members_are_no_nodes_of_kubernetes(api: Api, etcd: dict[str, Any], path: str) -> None:
    first, *_ = look(api, etcd)
    assert Visit(api, first).get(path).status_code == 403
    assert Visit(api, first).secrets().status_code == 403


def test_nodes_of_kubernetes_are_no_members(api: Api, operator: httpx.Client) -> None:
    for node in look(api, create(operator)):
        assert Visit(api, node).get("etcd/member").status_code == 403


def test_a_ready_member_gets_nothing_more(api: Api, etcd: dict[str, Any]) -> None:
    first, *_ = look(api, etcd)
    visit = Visit(api, first)
    visit.get("etcd/member")
    assert visit.ready().is_success
    assert visit.get("etcd/member").status_code == 403


# The user's own etcd.

ENDPOINT = "https://10.9.0.1:2379"


def on_their_own(name: str, prefix: str | None = None, **external: Any) -> dict[str, Any]:
    given = {"endpoints": [ENDPOINT], "secret": "etcd"} | external
    given |= {"prefix": prefix} if prefix else {}
    plane = {"size": 2, "template": "debian-12-node", "externalEtcd": given}
    vip = "10.0.0.10" if name == "c1" else "10.0.0.11"
    return cluster_document(name=name, controlPlane=plane, endpoint={"vip": vip})


def store_secret(client: httpx.Client, of_type: str = "etcd") -> dict[str, str]:
    values = etcd_values() if of_type == "etcd" else REGISTRY
    answer = client.post("/secrets", json={"name": "etcd", "type": of_type, "values": values})
    assert answer.status_code == 201, answer.text
    return values


def test_their_secret_must_be_there_and_of_its_type(operator: httpx.Client) -> None:
    found = faults(operator.post("/clusters", json=on_their_own("c1")))
    assert "no secret named 'etcd'" in found["controlPlane.externalEtcd.secret"]
    store_secret(operator, "registry")
    found = faults(operator.post("/clusters", json=on_their_own("c1")))
    assert "of type registry" in found["controlPlane.externalEtcd.secret"]


def test_masters_get_what_the_secret_holds(api: Api, operator: httpx.Client) -> None:
    values = store_secret(operator)
    cluster = create(operator, on_their_own("c1"))
    api.services.vault.ensure_cluster_authorities(ResourceId(cluster["id"]), "c1")
    master = next(node for node in look(api, cluster) if node.group == "control-plane")
    [secret] = Visit(api, master).secrets().json()
    assert secret["values"]["externalEtcdCaCert"] == values["ca"]
    assert secret["values"]["externalEtcdClientKey"] == values["key"]


def test_one_in_use_can_not_be_deleted(operator: httpx.Client) -> None:
    store_secret(operator)
    create(operator, on_their_own("c1"))
    assert operator.delete("/secrets/etcd").status_code == 409


def test_prefixes_of_the_same_endpoint_do_not_meet(operator: httpx.Client) -> None:
    store_secret(operator)
    create(operator, on_their_own("c1", "/a"))
    found = faults(operator.post("/clusters", json=on_their_own("c2", "/a/b")))
    assert list(found) == ["controlPlane.externalEtcd.prefix"]
    elsewhere = on_their_own("c2", "/a", endpoints=["https://10.9.0.2:2379"])
    create(operator, elsewhere)
