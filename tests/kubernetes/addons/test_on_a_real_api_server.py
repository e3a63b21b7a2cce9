"""What kubectl's users know and a stand-in would let pass: the API server's own judgement."""

import pytest

from lab.guests.kubernetes.certificates import client_certificate
from provisioner.domain.add_ons import CNI, LOAD_BALANCER
from provisioner.kubernetes.addons.installing import Installer
from provisioner.kubernetes.addons.kinds import Kinds, ask
from provisioner.kubernetes.addons.metallb_definitions import WEBHOOKS
from provisioner.kubernetes.addons.model import AddOn, Reference, reference
from provisioner.kubernetes.errors import AddOnNotYet, ObjectRefused
from tests.kubernetes.addons import rendered
from tests.kubernetes.real_api import ADMINISTRATORS, serving

DEFINITIONS = tuple(
    one
    for one in rendered.load_balancer().objects
    if one["kind"] in ("Namespace", "CustomResourceDefinition")
)
# The first run on a machine builds kube-apiserver and etcd.
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def address(tmp_path_factory, authority):
    with serving(tmp_path_factory.mktemp("api-server"), authority) as api:
        yield api.endpoint


@pytest.fixture(scope="module")
def administrator(authority):
    """As the service is one: granted everything, above no rule."""
    return client_certificate(authority, "pke-provisioner", ADMINISTRATORS)


@pytest.fixture
def real(address, authority, administrator, connect):
    with connect([address], authority, administrator, 30) as opened:
        yield opened


@pytest.fixture
def request_of(address, reach):
    endpoints = reach(address)

    def request(method: str, found: Reference):
        def work(client):
            return ask(client, method, Kinds().path(client, found))

        return endpoints.call(f"{method} {found}", work)

    return request


@pytest.mark.parametrize(
    "add_on", [rendered.cni(), rendered.cloud(), rendered.storage()], ids=lambda one: one.name
)
def test_every_object_is_accepted_strictly_and_twice(real, request_of, add_on):
    real.apply_add_on(add_on)
    versions = {one: version(request_of("GET", one)) for one in map(reference, add_on.objects)}
    real.apply_add_on(add_on)
    assert {one: version(request_of("GET", one)) for one in versions} == versions


def test_load_balancer_pools_wait_for_the_webhook_of_its_controller(
    real, address, reach, request_of
):
    add_on = rendered.load_balancer()
    real.apply_add_on(AddOn(LOAD_BALANCER, "metallb", "1", DEFINITIONS))
    with pytest.raises(AddOnNotYet, match="webhook"):
        Installer(reach(address), patience_seconds=2).apply(add_on)
    webhooks = Reference(
        "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", WEBHOOKS
    )
    checked = request_of("GET", webhooks)["webhooks"]
    assert len(checked) == 6
    request_of("DELETE", webhooks)
    rest = tuple(one for one in add_on.objects if reference(one) != webhooks)
    real.apply_add_on(AddOn(LOAD_BALANCER, "metallb", "1", rest))
    assert len(rest) == len(add_on.objects) - 1


def test_what_an_add_on_has_no_more_is_removed(real, request_of):
    first = rendered.cni()
    fewer = tuple(one for one in first.objects if one["kind"] not in ("DaemonSet", "ConfigMap"))
    real.apply_add_on(first)
    real.apply_add_on(AddOn(CNI, "flannel", "1", fewer))
    assert real.installed_add_on(CNI).objects == len(fewer)
    gone = next(reference(one) for one in first.objects if one["kind"] == "DaemonSet")
    with pytest.raises(Exception, match="404"):
        request_of("GET", gone)


def test_what_moves_to_a_newer_version_of_its_api_stays(real, request_of):
    """A cluster serves the same object under each."""
    add_ons = [AddOn("x", "x", str(number), (autoscaler(number),)) for number in (1, 2)]
    for add_on in add_ons:
        real.apply_add_on(add_on)
    newest = reference(add_ons[-1].objects[0])
    assert request_of("GET", newest)["spec"]["maxReplicas"] == 2


def autoscaler(version: int):
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}
    return {
        "apiVersion": f"autoscaling/v{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "x", "namespace": "default"},
        "spec": {"scaleTargetRef": target, "maxReplicas": version},
    }


def test_a_misspelt_field_is_refused_with_the_apis_own_words(real):
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x", "namespace": "default"},
        "dta": {},
    }
    with pytest.raises(ObjectRefused, match="dta"):
        real.apply_add_on(AddOn("x", "x", "1", (body,)))


def test_removal_takes_all_that_can_go_without_controllers(real):
    add_on = rendered.cloud()
    real.apply_add_on(add_on)
    real.remove_add_on(add_on.name)
    real.remove_add_on(add_on.name)
    assert real.installed_add_on(add_on.name) is None


def version(found) -> str:
    return found["metadata"]["resourceVersion"]
