"""The stand-in API behaves as Kubernetes does where our guests and clients can tell."""

import http.client
import json
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from lab.guests.kubernetes.certificates import client_certificate
from lab.guests.kubernetes.pods import SeedPod
from lab.guests.kubernetes.resources import NODES
from lab.guests.kubernetes_api import serve
from provisioner.tls import client_context

TOKEN = "abcdef.0123456789abcdef"
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "worker-1"}}


class Caller:
    def __init__(self, server, context: ssl.SSLContext, token: str = "") -> None:
        self._server = server
        self._context = context
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: object = None, media: str = ""):
        connection = http.client.HTTPSConnection(
            self._server.address, self._server.port, context=self._context, timeout=5
        )
        headers = self._headers | ({"Content-Type": media} if media else {})
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text.startswith("{") else text


@pytest.fixture
def anonymous(server, authority) -> Caller:
    return Caller(server, ssl.create_default_context(cadata=authority.certificate))


@pytest.fixture
def admin(server, authority, administrator) -> Caller:
    context = client_context(
        authority.certificate, administrator.certificate, administrator.private_key
    )
    return Caller(server, context)


@pytest.fixture
def joiner(server, cluster, authority) -> Caller:
    cluster.add_bootstrap_token(TOKEN, datetime.now(UTC) + timedelta(minutes=5))
    context = ssl.create_default_context(cadata=authority.certificate)
    return Caller(server, context, TOKEN)


def test_health_and_version_are_public(anonymous, cluster):
    assert anonymous("GET", "/livez") == (200, "ok")
    assert anonymous("GET", "/version")[1]["gitVersion"] == cluster.version


@pytest.mark.parametrize("path", ["/api/v1/nodes", "/api/v1/secrets", "/apis", "/nowhere"])
def test_all_else_is_not(anonymous, path):
    status, body = anonymous("GET", path)
    assert (status, body["reason"]) == (401, "Unauthorized")


def test_a_bootstrap_token_registers_a_node_and_does_no_more(joiner, cluster):
    assert joiner("POST", "/api/v1/nodes", NODE)[0] == 201
    assert cluster.node_names() == ["worker-1"]
    assert joiner("GET", "/api/v1/nodes/worker-1")[0] == 200
    for method, path in (
        ("GET", "/api/v1/secrets"),
        ("DELETE", "/api/v1/nodes/worker-1"),
        ("GET", "/api/v1/nodes"),
    ):
        assert joiner(method, path)[0] == 403


def test_an_expired_or_unknown_token_is_nobody(server, cluster, authority):
    context = ssl.create_default_context(cadata=authority.certificate)
    cluster.add_bootstrap_token(TOKEN, datetime.now(UTC) - timedelta(seconds=1))
    for token in (TOKEN, "unknown.0123456789abcdef"):
        assert Caller(server, context, token)("POST", "/api/v1/nodes", NODE)[0] == 401


def test_a_kubelet_may_touch_its_own_node_only(server, authority, cluster):
    cluster.add_node("worker-2")
    pair = client_certificate(authority, "system:node:worker-1", "system:nodes")
    context = client_context(authority.certificate, pair.certificate, pair.private_key)
    kubelet = Caller(server, context)
    assert kubelet("POST", "/api/v1/nodes", NODE)[0] == 201
    patch = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    media = "application/merge-patch+json"
    assert kubelet("PATCH", "/api/v1/nodes/worker-1/status", patch, media)[0] == 200
    assert kubelet("PATCH", "/api/v1/nodes/worker-2/status", patch, media)[0] == 403


def test_a_restarted_kubelet_updates_its_node_and_leaves_it_cordoned(cluster, api):
    cluster.add_node("worker-1", ["10.0.0.21"])
    api.cordon("worker-1")
    cluster.set_ready("worker-1", False)
    cluster.add_node("worker-1", ["10.0.0.99"])
    node = cluster.objects.get(NODES, "", "worker-1")
    assert node["spec"]["unschedulable"]
    assert node["status"]["addresses"][0]["address"] == "10.0.0.99"
    assert node["status"]["conditions"][0]["status"] == "True"


def test_creating_twice_conflicts(admin):
    assert admin("POST", "/api/v1/nodes", NODE)[0] == 201
    status, body = admin("POST", "/api/v1/nodes", NODE)
    assert (status, body["reason"]) == (409, "AlreadyExists")


def test_a_stale_update_conflicts(admin):
    _, first = admin("POST", "/api/v1/nodes", NODE)
    changed = first | {"spec": {"unschedulable": True}}
    assert admin("PUT", "/api/v1/nodes/worker-1", changed)[0] == 200
    status, body = admin("PUT", "/api/v1/nodes/worker-1", changed | {"spec": {}})
    assert (status, body["reason"]) == (409, "Conflict")


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("fieldSelector=spec.nodeName%3Da", ["web-1"]),
        ("fieldSelector=spec.nodeName!%3Da", ["web-2"]),
        ("labelSelector=app%3Dweb,tier", ["web-2"]),
        ("labelSelector=app%3D%3Dweb", ["web-1", "web-2"]),
    ],
)
def test_selectors_select(admin, cluster, selector, names):
    cluster.add_pod(SeedPod("default", "web-1", "a", labels={"app": "web"}))
    cluster.add_pod(SeedPod("default", "web-2", "b", labels={"app": "web", "tier": "x"}))
    _, listed = admin("GET", f"/api/v1/pods?{selector}")
    assert [pod["metadata"]["name"] for pod in listed["items"]] == names


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/unicorns", 404),
        ("GET", "/api/v1/nodes/none", 404),
        ("DELETE", "/api/v1/nodes", 405),
        ("GET", "/api/v1/nodes?watch=1", 405),
        ("POST", "/api/v1/nodes", 400),
        ("PATCH", "/api/v1/nodes/x", 415),
        ("GET", "/", 404),
    ],
)
def test_what_it_can_not_do_it_says(admin, method, path, status):
    answered, body = admin(method, path)
    assert (answered, body["code"]) == (status, status)


def test_discovery_tells_what_is_served(admin):
    assert admin("GET", "/api")[1]["versions"] == ["v1"]
    groups = {group["name"] for group in admin("GET", "/apis")[1]["groups"]}
    served = {each["name"] for each in admin("GET", "/apis/policy/v1")[1]["resources"]}
    assert {"apps", "policy"} <= groups
    assert served == {"poddisruptionbudgets"}


def test_one_state_behind_several_addresses(cluster, server, server_tls, api, connect):
    other = serve(cluster, "127.0.0.2", server.port, server_tls)
    cluster.add_node("worker-1", ["10.0.0.21"])
    assert other.url == f"https://127.0.0.2:{server.port}"
    assert api.has_node("worker-1")
    other.close()


def ask_again(connection: http.client.HTTPSConnection) -> None:
    connection.request("GET", "/livez")
    connection.getresponse()


def test_a_closed_server_frees_its_address_at_once_and_cuts_its_clients(
    cluster, server_tls, authority
):
    context = ssl.create_default_context(cadata=authority.certificate)
    first = serve(cluster, "127.0.0.1", 0, server_tls)
    connection = http.client.HTTPSConnection("127.0.0.1", first.port, context=context, timeout=5)
    connection.request("GET", "/livez")
    connection.getresponse().read()
    first.close()
    first.close()
    second = serve(cluster, "127.0.0.1", first.port, server_tls)
    with pytest.raises((http.client.HTTPException, OSError)):
        ask_again(connection)
    connection.close()
    second.close()


def test_an_address_in_use_is_refused(cluster, server, server_tls):
    with pytest.raises(OSError, match="address already in use"):
        serve(cluster, server.address, server.port, server_tls)


def test_rubbish_ends_the_connection_and_nothing_else(server, authority, anonymous):
    context = ssl.create_default_context(cadata=authority.certificate)
    connection = http.client.HTTPSConnection(
        server.address, server.port, context=context, timeout=5
    )
    connection.connect()
    connection.sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n")
    assert connection.sock.recv(100) == b""
    connection.close()
    assert anonymous("GET", "/livez") == (200, "ok")
