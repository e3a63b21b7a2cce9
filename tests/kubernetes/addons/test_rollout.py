import pytest

from provisioner.kubernetes.addons.model import Reference
from provisioner.kubernetes.addons.rollout import image_version, problem

DAEMONS = Reference("apps/v1", "DaemonSet", "ns", "agent")
SERVERS = Reference("apps/v1", "Deployment", "ns", "server")


def daemons(wanted: int, updated: int, available: int, observed: int = 2):
    status = {
        "desiredNumberScheduled": wanted,
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
        "observedGeneration": observed,
    }
    return {"metadata": {"generation": 2}, "spec": {}, "status": status}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (daemons(3, 3, 3), None),
        (daemons(0, 0, 0), None),
        (daemons(3, 3, 2), "2 of 3 pods available"),
        (daemons(3, 1, 3), "1 of 3 pods renewed"),
        (daemons(3, 3, 3, observed=1), "changed just now"),
        (None, "is gone"),
    ],
)
def test_a_daemon_set_is_well_when_each_node_has_its_newest_pod(found, expected):
    told = problem(DAEMONS, found)
    assert told is None if expected is None else expected in told


def test_a_deployment_without_status_has_none_of_its_pods():
    assert "0 of 1" in problem(SERVERS, {"metadata": {}, "spec": {}})
    assert problem(SERVERS, {"metadata": {}, "spec": {"replicas": 0}}) is None


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("registry:5000/a/b:v1", "v1"),
        ("b:v1@sha256:ab", "v1"),
        ("registry:5000/b@sha256:ab", "sha256:ab"),
    ],
)
def test_a_version_is_the_images_tag(image, version):
    pod = {"containers": [{"image": image}]}
    assert image_version({"spec": {"template": {"spec": pod}}}) == version


def test_what_has_no_pods_is_well_when_it_is_there():
    pool = Reference("metallb.io/v1beta1", "IPAddressPool", "metallb-system", "default")
    assert problem(pool, {"metadata": {}}) is None
    assert problem(pool, None) == "IPAddressPool metallb-system/default is gone"


def test_a_job_may_be_done_and_cleared_away():
    assert problem(Reference("batch/v1", "Job", "ns", "once"), None) is None
