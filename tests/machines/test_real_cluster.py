"""The bytes a VM receives become a node: real systemd, cloud-init, containerd and kubeadm."""

import json
from pathlib import Path

import pytest

from lab.guests.machines.entering import ProgramFailed
from tests.machines.world import Cluster, World, soon

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
READABLE = ("grep", "--recursive", "--files-with-matches", "--no-messages")
KEY = "^ *-----BEGIN [A-Z ]*PRIVATE KEY-----"
PLACES = ("/etc", "/home", "/opt", "/root", "/run", "/srv", "/tmp", "/usr/local", "/var")
STATIC_PODS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


@pytest.fixture(params=["master", "worker"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_cloud_init_is_done_without_a_warning(cluster: Cluster, role: str) -> None:
    machine = getattr(cluster, role)
    assert "status: done" in machine.run("cloud-init", "status", "--wait")
    assert json.loads(machine.run("cat", "/run/cloud-init/result.json"))["v1"]["errors"] == []
    log = machine.run("cat", "/var/log/cloud-init.log")
    assert [line for line in log.splitlines() if "WARN" in line or "ERROR" in line] == []


def test_a_node_is_called_as_its_machine(cluster: Cluster, role: str) -> None:
    machine = getattr(cluster, role)
    assert machine.run("hostname").strip() == machine.name


def test_no_unit_has_failed(cluster: Cluster, role: str) -> None:
    assert getattr(cluster, role).run("systemctl", "--failed", "--plain", "--no-legend") == ""


def test_machines_keep_their_units_apart(cluster: Cluster) -> None:
    """One systemd would else take groups away that another one has just made."""
    first, second = (systemd_groups(one.process) for one in (cluster.master, cluster.worker))
    assert first
    assert not first & second


def systemd_groups(process: int) -> set[str]:
    """Of a process, in the trees that systemd keeps its units in; neither has a controller."""
    lines = Path(f"/proc/{process}/cgroup").read_text().splitlines()
    trees = (line.split(":", 2) for line in lines)
    return {f"{name}:{path}" for _, name, path in trees if name in ("", "name=systemd")}


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/etc/pke-provisioner/agent.json", "600"),
        ("/etc/kubernetes/pki/ca.key", "600"),
        ("/etc/kubernetes/encryption-provider-config.yaml", "600"),
        ("/etc/kubernetes/admin.conf", "600"),
        ("/etc/keepalived/keepalived.conf", "640"),
        ("/etc/systemd/system/pke-node-agent.service", "644"),
    ],
)
def test_modes_of_a_masters_files(cluster: Cluster, path: str, mode: str) -> None:
    assert cluster.master.run("stat", "--format=%a %U:%G", path).strip() == f"{mode} root:root"


def test_others_can_read_no_secret(cluster: Cluster, role: str) -> None:
    machine = getattr(cluster, role)
    token = json.loads(machine.run("cat", "/etc/pke-provisioner/agent.json"))["api"]["token"]
    patterns = f"{token}\n{KEY}\nclient-key-data\n"
    script = f"{' '.join(NOBODY)} {' '.join(READABLE)} --file=- {' '.join(PLACES)} || true"
    assert machine.run("sh", "-c", script, stdin=patterns) == ""
    assert token in machine.run("cat", "/etc/pke-provisioner/agent.json")


def test_nodes_are_ready(cluster: Cluster) -> None:
    assert soon(lambda: cluster.ready_nodes() == {cluster.master.name, cluster.worker.name})


def test_the_control_plane_runs(cluster: Cluster) -> None:
    wanted = {f"{name}-{cluster.master.name}" for name in STATIC_PODS}
    assert soon(lambda: wanted <= cluster.running_pods("kube-system"))


def test_a_ready_node_has_no_user_data_any_more(cluster: Cluster, role: str) -> None:
    machine = getattr(cluster, role)
    with pytest.raises(ProgramFailed, match="No value found"):
        machine.run("vmware-rpctool", "info-get guestinfo.userdata")


def test_static_and_leased_addresses(cluster: Cluster) -> None:
    assert cluster.master.addresses[0] == "10.77.0.10"
    assert 50 <= int(cluster.worker.addresses[0].rpartition(".")[2]) < 100


def test_guest_and_vcenter_tell_each_other(world: World, cluster: Cluster) -> None:
    machine = cluster.worker
    world.set_options(machine.moref, {"guestinfo.test.question": "how are you"})
    ask = ("sh", "-c", 'vmware-rpctool "info-get guestinfo.test.question" || true')
    assert soon(lambda: machine.run(*ask).strip() == "how are you")
    machine.run("vmware-rpctool", "info-set guestinfo.test.answer well, thank you")
    assert soon(lambda: world.options(machine.moref).get("guestinfo.test.answer"))
    assert world.options(machine.moref)["guestinfo.test.answer"] == "well, thank you"


def test_a_reset_node_comes_back(world: World, cluster: Cluster) -> None:
    before = cluster.worker
    world.reset(before.moref)
    assert soon(lambda: _is_back(cluster, before.process))
    assert "status: done" in cluster.worker.run("cloud-init", "status", "--wait")
    kubelet = ("systemctl", "is-active", "kubelet.service")
    assert soon(
        lambda: cluster.worker.run("sh", "-c", " ".join(kubelet) + " || true") == "active\n"
    )
    assert soon(lambda: cluster.worker.name in cluster.ready_nodes())


def _is_back(cluster: Cluster, process: int) -> bool:
    try:
        return cluster.worker.process != process
    except StopIteration:
        return False


def test_a_deleted_cluster_leaves_nothing(world: World, cluster: Cluster) -> None:
    assert world.remains()
    world.delete_cluster()
    assert soon(lambda: not world.machines())
    assert soon(lambda: world.remains() == []), world.remains()
