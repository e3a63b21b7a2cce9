import pytest

from lab.guests.kubernetes.pods import SeedPod
from provisioner.kubernetes.errors import DrainBlocked

POLL_SECONDS = 0.01
WEB = {"app": "web"}


class Ticks:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def tick() -> Ticks:
    return Ticks()


@pytest.fixture
def workers(cluster) -> None:
    cluster.add_node("worker-1", ["10.0.0.21"])
    cluster.add_node("worker-2", ["10.0.0.22"])


@pytest.fixture
def drain(api, tick, workers):
    def run(deadline_seconds: float = 5.0) -> None:
        api.cordon("worker-1")
        api.drain("worker-1", deadline_seconds, tick, POLL_SECONDS)

    return run


def test_pods_move_to_other_nodes(cluster, drain):
    cluster.add_pod(SeedPod("default", "web-1", "worker-1"))
    cluster.add_pod(SeedPod("shop", "cart-1", "worker-1"))
    drain()
    assert cluster.pod_names("worker-1") == []
    assert len(cluster.pod_names("worker-2")) == 2


def test_pods_nobody_manages_go_too(cluster, drain):
    cluster.add_pod(SeedPod("default", "lonely", "worker-1", owner=None))
    drain()
    assert cluster.pod_names() == []


def test_pods_of_daemon_sets_and_of_the_kubelet_stay(cluster, drain, tick):
    cluster.add_pod(SeedPod("kube-system", "proxy-1", "worker-1", owner="DaemonSet"))
    cluster.add_pod(SeedPod("kube-system", "static-1", "worker-1", owner=None, mirror=True))
    drain()
    assert cluster.pod_names("worker-1") == ["proxy-1", "static-1"]
    assert tick.count == 0


def test_other_nodes_are_left_alone(cluster, drain):
    cluster.add_pod(SeedPod("default", "web-1", "worker-2"))
    drain()
    assert cluster.pod_names("worker-2") == ["web-1"]


def test_a_disruption_budget_is_honoured_but_lets_what_it_can_go(cluster, drain):
    for name in ("web-1", "web-2"):
        cluster.add_pod(SeedPod("default", name, "worker-1", labels=WEB))
    cluster.set_disruption_budget("default", "web", WEB, min_available=1)
    drain()
    assert cluster.pod_names("worker-1") == []
    assert len(cluster.pod_names("worker-2")) == 2


def test_a_blocked_drain_ends_at_its_deadline_and_names_the_pods(cluster, drain, tick):
    cluster.add_pod(SeedPod("default", "web-1", "worker-1", labels=WEB))
    cluster.add_pod(SeedPod("default", "free-1", "worker-1"))
    cluster.set_disruption_budget("default", "web", WEB, min_available=1)
    with pytest.raises(
        DrainBlocked, match=r"worker-1.*default/web-1.*disruption budget"
    ) as blocked:
        drain(deadline_seconds=0.2)
    assert list(blocked.value.pods) == ["default/web-1"]
    assert not blocked.value.transient
    assert cluster.pod_names("worker-1") == ["web-1"]
    assert tick.count > 1


def test_a_drain_goes_on_once_the_budget_allows(cluster, api, workers):
    cluster.add_pod(SeedPod("default", "web-1", "worker-1", labels=WEB))
    cluster.set_disruption_budget("default", "web", WEB, min_available=1)

    def relent() -> None:
        cluster.set_disruption_budget("default", "web", WEB, min_available=0)

    api.cordon("worker-1")
    api.drain("worker-1", 5.0, relent, POLL_SECONDS)
    assert cluster.pod_names("worker-1") == []


def test_several_budgets_for_one_pod_are_told_apart(cluster, drain):
    cluster.add_pod(SeedPod("default", "web-1", "worker-1", labels=WEB))
    for name in ("one", "two"):
        cluster.set_disruption_budget("default", name, WEB, min_available=0)
    with pytest.raises(DrainBlocked, match="several disruption budgets"):
        drain(deadline_seconds=0)


def test_a_tick_can_end_the_drain(cluster, api, workers):
    cluster.add_pod(SeedPod("default", "web-1", "worker-1", labels=WEB))
    cluster.set_disruption_budget("default", "web", WEB, min_available=1)

    def cancel() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        api.drain("worker-1", 5.0, cancel, POLL_SECONDS)
