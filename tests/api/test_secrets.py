"""Secrets: values go in and never come out, and stay as long as a document names them."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provisioner.domain.ids import new_uuid
from provisioner.store import resources, secrets, vcenters
from provisioner.store.resources import NewResource
from provisioner.store.tables import Secret
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.layout import secret_path
from tests.api.asking import faults
from tests.api.load_balancing import STATS, balancer_document, make
from tests.api.served import Api

REGISTRY = {"server": "registry.example.com:5000", "username": "bot", "password": "s3cr3t-bot"}
VSPHERE = {"server": "vc.example.com", "username": "csi@vsphere.local", "password": "s3cr3t-csi"}


def pair(days: int = 1) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "etcd")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def etcd_values() -> dict[str, str]:
    certificate, key = pair()
    return {"ca": certificate, "cert": certificate, "key": key}


def body(name: str, of_type: str = "registry", values: object = REGISTRY) -> dict[str, object]:
    return {"name": name, "type": of_type, "values": values}


@pytest.mark.parametrize(
    ("of_type", "values"),
    [
        ("registry", REGISTRY),
        ("vsphere", VSPHERE),
        ("vsphere", VSPHERE | {"caBundle": pair()[0]}),
        ("etcd", etcd_values()),
    ],
)
def test_what_is_stored_is_read_by_the_service_alone(
    api: Api, operator: httpx.Client, of_type: str, values: dict[str, str]
) -> None:
    answer = operator.post("/secrets", json=body("one", of_type, values))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/secrets/one"
    said = [answer, operator.get("/secrets"), operator.get("/secrets/one")]
    assert all("s3cr3t" not in one.text and "PRIVATE" not in one.text for one in said)
    assert set(answer.json()) == {"id", "name", "type", "createdAt", "createdBy"}
    org_id = api.organisation()
    with api.services.database.read() as session:
        found = secrets.find(session, org_id, "one")
    kept = api.services.vault.read_secret(found.secret_path)
    assert {key: value.get_secret_value() for key, value in kept.items()} == values


def test_a_list_is_of_one_type_when_asked(operator: httpx.Client) -> None:
    for made in (body("r1"), body("v1", "vsphere", VSPHERE)):
        assert operator.post("/secrets", json=made).status_code == 201
    names = [one["name"] for one in operator.get("/secrets").json()["items"]]
    assert names == ["r1", "v1"]
    [one] = operator.get("/secrets", params={"type": "vsphere"}).json()["items"]
    assert one["name"] == "v1"
    assert "type" in faults(operator.get("/secrets", params={"type": "x"}))


def test_a_repeated_request_stores_one(operator: httpx.Client) -> None:
    key = {"Idempotency-Key": new_uuid()}
    first = operator.post("/secrets", json=body("one"), headers=key)
    again = operator.post("/secrets", json=body("one"), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(operator.get("/secrets").json()["items"]) == 1


def test_a_key_is_not_for_other_values(operator: httpx.Client) -> None:
    key = {"Idempotency-Key": new_uuid()}
    operator.post("/secrets", json=body("one"), headers=key)
    other = body("one", values=REGISTRY | {"password": "another"})
    assert operator.post("/secrets", json=other, headers=key).status_code == 409


def test_what_is_deleted_since_is_stored_anew(operator: httpx.Client) -> None:
    key = {"Idempotency-Key": new_uuid()}
    first = operator.post("/secrets", json=body("one"), headers=key).json()
    operator.delete("/secrets/one")
    again = operator.post("/secrets", json=body("one"), headers=key)
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
    assert operator.get("/secrets/one").json() == again.json()
    assert operator.post("/secrets", json=body("one"), headers=key).json() == again.json()


def test_all_faults_are_named_and_no_value(operator: httpx.Client) -> None:
    wrong = {"username": "", "password": "s3cr3t", "caBundle": "s3cr3t pem", "extra": "s3cr3t"}
    answer = operator.post("/secrets", json=body("Not A Name", "vsphere", wrong))
    found = faults(answer)
    assert set(found) == {
        "name",
        "values.server",
        "values.username",
        "values.caBundle",
        "values.extra",
    }
    assert "s3cr3t" not in answer.text


@pytest.mark.parametrize("port", ["0", "05000", "65536", "99999"])
def test_a_registrys_port_is_one(operator: httpx.Client, port: str) -> None:
    given = REGISTRY | {"server": f"registry.example.com:{port}"}
    found = faults(operator.post("/secrets", json=body("one", values=given)))
    assert "registry.example.com:5000" in found["values.server"]


@pytest.mark.parametrize(
    ("change", "path", "why"),
    [
        ({"key": "no key"}, "values.key", "not a private key"),
        ({"cert": "no certificate"}, "values.cert", "not a certificate"),
        ({"key": pair()[1]}, "values.key", "does not belong"),
        ({"ca": pair(-1)[0]}, "values.ca", "has expired"),
        ({"ca": None}, "values.ca", "text"),
    ],
)
def test_certificates_are_looked_at(
    operator: httpx.Client, change: dict[str, object], path: str, why: str
) -> None:
    given = etcd_values() | change
    found = faults(operator.post("/secrets", json=body("one", "etcd", given)))
    assert why in found[path]


def test_a_name_is_given_once_and_free_after_the_deletion(api: Api, operator: httpx.Client) -> None:
    made = operator.post("/secrets", json=body("one")).json()
    assert "already" in faults(operator.post("/secrets", json=body("one")))["name"]
    assert operator.delete("/secrets/one").status_code == 204
    assert operator.get("/secrets/one").status_code == 404
    assert operator.delete("/secrets/one").status_code == 404
    with pytest.raises(SecretNotFound):
        api.services.vault.read_secret(secret_path(made["id"]))
    assert operator.post("/secrets", json=body("one")).status_code == 201


def name_in_something(api: Api, secret: str) -> None:
    document = {"name": "demo", "storage": {"secret": secret}, "nodePools": [{"name": "other"}]}
    org_id = api.organisation()
    with api.services.database.write() as session:
        vcenter = vcenters.find(session, org_id, "lab").id
        asked = NewResource(org_id, "something", "demo", vcenter, document, "tester")
        resources.create(session, asked)


def test_one_that_a_document_names_stays_and_who_names_it_is_told(
    api: Api, operator: httpx.Client
) -> None:
    operator.post("/secrets", json=body("one"))
    operator.post("/secrets", json=body("other"))
    name_in_something(api, "one")
    refused = operator.delete("/secrets/one")
    assert refused.status_code == 409
    assert "something demo" in refused.json()["detail"]
    assert operator.get("/secrets/one").status_code == 200
    assert operator.delete("/secrets/other").status_code == 204


def test_viewers_look_and_do_not_touch(viewer: httpx.Client, operator: httpx.Client) -> None:
    operator.post("/secrets", json=body("one"))
    assert [one["name"] for one in viewer.get("/secrets").json()["items"]] == ["one"]
    assert viewer.post("/secrets", json=body("two")).status_code == 403
    assert viewer.delete("/secrets/one").status_code == 403


def test_other_organisations_have_their_own(api: Api, operator: httpx.Client) -> None:
    operator.post("/secrets", json=body("one"))
    stranger = api.client("admin", "theirs")
    assert stranger.get("/secrets").json()["items"] == []
    assert stranger.get("/secrets/one").status_code == 404
    assert stranger.delete("/secrets/one").status_code == 404
    assert stranger.post("/secrets", json=body("one")).status_code == 201


def test_what_never_came_into_force_is_not_there(api: Api, operator: httpx.Client) -> None:
    """As a crash leaves it; the schedule of what is unsettled sweeps it."""
    left, org_id = new_uuid(), api.organisation()
    with api.services.database.write() as session:
        session.add(
            Secret(
                id=left,
                org_id=org_id,
                name=secrets.unfinished_name(left),
                type="registry",
                secret_path=secret_path(left),
                created_by="tester",
            )
        )
    assert operator.get("/secrets").json()["items"] == []
    assert operator.get(f"/secrets/{secrets.unfinished_name(left)}").status_code == 404


def test_the_node_api_has_secrets_of_its_own(operator: httpx.Client) -> None:
    """What a node fetches as `secrets` is its cluster's certificates, by its own token."""
    operator.post("/secrets", json=body("one"))
    answer = operator.get("/api/v1/orgs/1/secrets", params={"type": "pkecert", "values": "true"})
    assert answer.status_code == 401


def put(caller: httpx.Client, name: str, values: object) -> httpx.Response:
    return caller.put(f"/secrets/{name}", json={"values": values})


def test_values_are_replaced_and_read_by_the_service_alone(
    api: Api, operator: httpx.Client
) -> None:
    made = operator.post("/secrets", json=body("mirror")).json()
    answer = put(operator, "mirror", REGISTRY | {"password": "s3cr3t-new"})
    assert (answer.status_code, answer.json()) == (200, made | {"operations": []})
    kept = api.services.vault.read_secret(secret_path(made["id"]))
    assert kept["password"].get_secret_value() == "s3cr3t-new"


def test_replaced_values_are_checked_as_new_ones(operator: httpx.Client) -> None:
    operator.post("/secrets", json=body("mirror"))
    answer = put(operator, "mirror", {"server": "a b", "password": "s3cr3t-new"})
    assert answer.status_code == 422
    assert set(faults(answer)) == {"values.server", "values.username"}
    assert "s3cr3t-new" not in answer.text
    assert put(operator, "unknown", REGISTRY).status_code == 404


def test_a_clusters_values_are_not_changed_behind_its_back(
    api: Api, operator: httpx.Client
) -> None:
    operator.post("/secrets", json=body("csi", "vsphere", VSPHERE))
    name_in_something(api, "csi")
    answer = put(operator, "csi", VSPHERE | {"password": "s3cr3t-new"})
    assert (answer.status_code, "something demo" in answer.text) == (409, True)


def test_a_load_balancer_follows_its_passwords(api: Api, operator: httpx.Client) -> None:
    assert operator.post("/secrets", json=STATS).status_code == 201
    edge = make(operator, balancer_document(stats={"secret": STATS["name"]}))
    values = {"adminPassword": "another-one", "viewerPassword": "another-two"}
    [operation] = put(operator, STATS["name"], values).json()["operations"]
    assert (operation["cluster"]["id"], operation["generation"]) == (edge["id"], 2)
    found = operator.get("/loadbalancers/edge").json()
    assert found["operation"] == operation["id"]
    [last] = operator.get("/loadbalancers/edge/events").json()["items"][-1:]
    assert "other values of secret" in last["message"]
    assert "another" not in str(found)
