import pytest

from lab.guests.kubernetes.resources import SIGNING_REQUESTS
from lab.guests.kubernetes.signing import decided, request_serving_certificate
from provisioner.kubernetes.serving_requests import SIGNER, refusal

NODE, ADDRESS = "worker-1", "10.0.0.21"


@pytest.fixture
def asked(cluster) -> str:
    return request_serving_certificate(cluster.objects, NODE, [ADDRESS])["metadata"]["name"]


def test_what_a_kubelet_asks_for_is_read(api, asked):
    [found] = api.serving_requests()
    assert (found.name, found.node, found.signer) == (asked, NODE, SIGNER)
    assert refusal(found, {NODE: [ADDRESS]}) is None
    assert refusal(found, {NODE: ["10.0.0.22"]})


def test_an_approval_may_be_repeated_and_says_why(api, cluster, asked):
    api.approve_serving_request(asked)
    before = cluster.objects.get(SIGNING_REQUESTS, "", asked)
    api.approve_serving_request(asked)
    assert cluster.objects.get(SIGNING_REQUESTS, "", asked) == before
    [condition] = before["status"]["conditions"]
    assert (condition["type"], condition["status"]) == ("Approved", "True")
    assert "inventory" in condition["message"]
    assert api.serving_requests() == []


def test_what_somebody_denied_stays_denied(api, cluster, asked):
    denied = {"status": {"conditions": [{"type": "Denied", "status": "True"}]}}
    cluster.objects.change(SIGNING_REQUESTS, "", asked, lambda found: found | denied)
    assert api.serving_requests() == []
    api.approve_serving_request(asked)
    assert decided(cluster.objects) == {f"system:node:{NODE}": ["Denied"]}


def test_other_signers_are_left_alone(api, cluster, asked):
    other = {"signerName": "kubernetes.io/kube-apiserver-client-kubelet"}
    cluster.objects.change(
        SIGNING_REQUESTS, "", asked, lambda found: found | {"spec": found["spec"] | other}
    )
    assert api.serving_requests() == []


def test_one_that_is_gone_needs_no_decision(api):
    api.approve_serving_request("csr-gone")


def test_the_version_is_that_of_the_server(api, cluster):
    assert api.server_version() == cluster.version
