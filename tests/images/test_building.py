"""Images that go through, and images that do not: by the real Packer, in a real machine."""

from typing import Any

import pytest

from lab.packer.containerd import VERSION as CONTAINERD
from lab.story.document import cluster_document
from tests.images import definitions
from tests.images.documents import VIP, load_balancer
from tests.images.world import SECONDS, SERVER, VERSION, Images, request

GOOD, BROKEN, UNREACHABLE, FROM_ISO = "good", "broken", "unreachable", "from-iso"
APPLIANCE, PAIR = "appliance", "of-an-appliance"
NO_SUCH_VERSION = "1.35.99"
# The lab has no machine for it, so nothing of it ever answers.
NO_MACHINE = "ubuntu-24.04-node"
CLUSTER = "of-an-image"


def by_package() -> dict[str, Any]:
    """Variables of a build that takes containerd from the mirror."""
    usual = request(BROKEN)["variables"]
    return usual | {"containerd_url": "", "containerd_package": "containerd"}


@pytest.fixture(scope="module")
def begun(running: Images) -> dict[str, dict[str, Any]]:
    """Operations, side by side: waiting is most of it."""
    impatient = {"definition": definitions.UNREACHABLE, "template": NO_MACHINE}
    return {
        GOOD: running.begin(GOOD),
        BROKEN: running.begin(BROKEN, kubernetesVersion=NO_SUCH_VERSION, variables=by_package()),
        UNREACHABLE: running.begin(UNREACHABLE, **impatient),
        FROM_ISO: running.begin_from_iso(FROM_ISO, definitions.UNREACHABLE),
        APPLIANCE: running.begin(
            APPLIANCE, definition="debian-12-load-balancer", kubernetesVersion=None
        ),
    }


def test_an_unreachable_guest_fails_the_build(
    images: Images, begun: dict[str, dict[str, Any]]
) -> None:
    ended = images.outcome(begun[UNREACHABLE])
    assert ended["state"] == "failed"
    assert "timeout waiting for IP address" in ended["reason"]
    assert images.machines(UNREACHABLE) == {}
    assert "Waiting for IP" in images.log(UNREACHABLE)
    assert images.build(UNREACHABLE)["state"] == "failed"


def test_an_iso_goes_as_far_as_the_simulator_takes_it(
    images: Images, begun: dict[str, dict[str, Any]]
) -> None:
    """Nobody types there, and no machine reads its disc."""
    assert images.outcome(begun[FROM_ISO])["state"] == "failed"
    log = images.log(FROM_ISO)
    for step in ("Uploading", "Creating virtual machine", "Mounting ISO", "Starting HTTP server"):
        assert step in log
    assert "timeout waiting for IP address" in log
    assert images.machines(FROM_ISO) == {}
    assert "/image-from-iso-" in log
    assert images.discs() == []


def test_a_failing_step_fails_the_build(images: Images, begun: dict[str, dict[str, Any]]) -> None:
    ended = images.outcome(begun[BROKEN])
    assert ended["state"] == "failed"
    assert f"no package of kubeadm {NO_SUCH_VERSION}" in images.log(BROKEN)
    assert "Setting up containerd" in images.log(BROKEN), "the steps before it went well"
    assert images.machines(BROKEN) == {}
    assert "Packer ended with 1" in images.events(BROKEN)


def test_a_build_becomes_an_image(images: Images, begun: dict[str, dict[str, Any]]) -> None:
    ended = images.outcome(begun[GOOD])
    assert ended["state"] == "succeeded", ended["reason"]
    found = images.image(GOOD)
    assert (found["os"], found["kubernetesVersion"]) == ("debian12", VERSION)
    assert found["registeredAt"]
    assert {one["name"] for one in found["report"]["checks"]} > {"kubelet", "containerd"}
    assert f"v{CONTAINERD}" in found["report"]["containerd"]
    digests = {one["name"]: one["digest"] for one in found["report"]["images"]}
    assert digests["registry.k8s.io/pause:3.10.1"].startswith("sha256:")
    assert [one["state"] for one in images.build(GOOD)["phases"]] == ["done"] * 5
    assert list(images.machines(GOOD)) == [GOOD], "the clone that booted is gone"
    [moref] = images.machines(GOOD).values()
    options = images.world.options(moref)
    assert "guestinfo.userdata" not in options
    assert options["pke-provisioner.image.definition"] == "debian-12-node"


def test_the_same_again_is_answered_from_the_catalogue(
    images: Images, begun: dict[str, dict[str, Any]]
) -> None:
    images.outcome(begun[GOOD])
    assert images.begin("another")["name"] == GOOD


def test_a_cluster_stands_on_it(images: Images, begun: dict[str, dict[str, Any]]) -> None:
    images.outcome(begun[GOOD])
    document = cluster_document(CLUSTER, masters=1, workers=0)
    for group in (document["controlPlane"], *document["nodePools"]):
        del group["template"]
        group["image"] = "os=debian12, kubernetes=1.35"
    images.service.succeeded(images.service.create(document), 300)
    [use, *_] = images.image(GOOD)["uses"]
    assert use["name"] == CLUSTER
    refused = images.service.answer("DELETE", f"/images/{GOOD}")
    assert refused.status_code == 409
    assert CLUSTER in refused.text
    images.service.succeeded(images.service.delete(CLUSTER), 120)
    images.service.succeeded(images.service.ask("DELETE", f"/images/{GOOD}"), 120)
    assert not images.has_a_folder(GOOD)


def test_the_load_balancer_appliance_passes_its_self_check(
    images: Images, begun: dict[str, dict[str, Any]]
) -> None:
    ended = images.outcome(begun[APPLIANCE])
    assert ended["state"] == "succeeded", ended["reason"]
    found = {one["name"]: one for one in images.image(APPLIANCE)["report"]["checks"]}
    assert all(one["ok"] for one in found.values())
    assert found["haproxy"]["found"].startswith("HAProxy version 2.6")
    assert found["keepalived"]["found"].startswith("Keepalived v2.2")
    assert {"nftables-kernel", "haproxy-off", "keepalived-off", "nftables-off"} <= set(found)


def test_a_load_balancer_serves_on_it(images: Images, begun: dict[str, dict[str, Any]]) -> None:
    """Nothing is installed at its first boot: what a member needs is in the image."""
    images.outcome(begun[APPLIANCE])
    asked = load_balancer(PAIR, "os=debian12")
    images.service.succeeded(images.service.ask("POST", "/loadbalancers", asked), SECONDS)
    assert [one["name"] for one in images.image(APPLIANCE)["uses"]] == [PAIR]
    assert images.asked_for(f"http://{VIP}/lab.asc") == images.asked_for(f"{SERVER}/lab.asc")
    images.service.succeeded(images.service.ask("DELETE", f"/loadbalancers/{PAIR}"), SECONDS)
