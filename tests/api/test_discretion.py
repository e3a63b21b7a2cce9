"""No secret in any answer, log line, database row or document."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from tests.api.asking import create
from tests.api.looking import change, look, of_group
from tests.api.served import Api
from tests.api.visiting import Visit, node_token
from tests.unit.documents import cluster_document

JOIN_TOKEN = "secret.0123456789secret"
PASSWORD = "a very secret password"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything anybody logs, in full detail."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(level)
    root.removeHandler(handler)


def test_a_life_in_the_logs(
    api: Api, admin: httpx.Client, lines: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[httpx.Response] = []
    admin.event_hooks["response"].append(lambda answer: (answer.read(), answers.append(answer)))
    proxy = {"http": "http://user:hunter2@proxy.example:3128"}
    admin.post("/clusters", json=cluster_document(proxy=proxy))
    made = create(admin)
    api.services.vault.ensure_cluster_authorities(made["id"], "c1")
    rows = look(api, made)
    master, worker = of_group(rows, "control-plane")[0], of_group(rows, "pool1")[0]
    token = node_token(api, master)
    secrets = {token, JOIN_TOKEN, PASSWORD, *_keys(Visit(api, master, token))}
    _join(api, Visit(api, worker))
    vcenter = {"name": "v", "host": "h", "username": "u", "password": PASSWORD, "rootFolder": 7}
    admin.post("/vcenters", json=vcenter)
    admin.post("/vcenters", content=json.dumps(vcenter)[:-1].encode())
    for path in ("", "/nodes", "/events", "/nodepools"):
        admin.get(f"/clusters/c1{path}")
    told = "\n".join(answer.text for answer in answers) + lines.getvalue() + _dump(api)
    told += admin.get("/openapi.json").text + admin.get("/metrics").text
    for secret in secrets:
        assert secret not in told
    assert str(admin.headers["Authorization"]).split()[1] not in told


def _keys(visit: Visit) -> set[str]:
    """The private half of what the master is given."""
    visit.claim()
    [secret] = visit.secrets().json()
    names = ("kubernetesCaKey", "etcdCaKey", "frontProxyCaKey", "saKey", "enc")
    found = {line for name in names for line in secret["values"][name].splitlines()}
    return {line for line in found if not line.startswith("-----")}


def _join(api: Api, visit: Visit) -> None:
    node = change(api, visit.node, join_granted_at=utc_now(), join_token_at=utc_now())
    expires = utc_now().replace(year=2100).isoformat()
    secret = {"token": SecretStr(JOIN_TOKEN), "expires": SecretStr(expires)}
    api.services.vault.write_secret(join_token_path(node.resource_id, node.id), secret)
    assert visit.get("bootstrap").json()["token"] == JOIN_TOKEN


def _dump(api: Api) -> str:
    with api.database.engine.connect() as connection:
        return "\n".join(connection.connection.iterdump())


def test_reprs(api: Api) -> None:
    assert "SecretStr('**********')" in repr(api.services.settings)
