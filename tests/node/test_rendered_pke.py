"""What a node gets whose template carries pke, and what its agent does with it."""

import json
from typing import Any

import pytest

from provisioner.bootstrap.layout import AGENT_CONFIG
from tests.node.conftest import MakeMachine
from tests.node.machine import NODE_TOKEN, Machine
from tests.node.service import CERTIFICATES, ScriptedService
from tests.node.service import certificates as answered
from tests.node.test_rendered_userdata import document, files, user_data_text

PKE: dict[str, Any] = {
    "bootstrap": {"method": "pke"},
    "kubernetes": {"version": "1.22.6"},
}
VSPHERE = {
    "server": "vcenter.corp",
    "datacenter": "DC1",
    "datastore": "local-1",
    "resource_pool": "compute-1/Resources",
    "folder": "/DC1/vm/k8s",
}
ACCOUNT = {"vsphereUser": "CORP\\k8s", "vspherePassword": 'pass"word'}


def flags(**changes: Any) -> dict[str, str]:
    """Several values of one joined by commas."""
    config = json.loads(files(**(PKE | changes))[AGENT_CONFIG]["content"])
    found: dict[str, str] = {}
    for flag in config["pke"]["flags"]:
        name, value = flag.removeprefix("--").split("=", 1)
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def arguments(machine: Machine) -> list[str]:
    return next(call for call in machine.calls() if call.startswith("pke ")).split()


def test_the_floating_address_is_the_api_server_and_certified() -> None:
    found = flags()
    assert found["kubernetes-api-server"] == "10.0.0.100:6443"
    assert found["kubernetes-api-server-cert-sans"] == "10.0.0.100,@ADDRESS@"
    assert found["kubernetes-advertise-address"] == "@ADDRESS@:6443"
    assert found["kubernetes-infrastructure-cidr"] == "@ADDRESS@/32"
    assert found["kubernetes-master-mode"] == "ha"


def test_what_was_asked_for_is_what_pke_is_told() -> None:
    kubernetes = {"version": "1.21.3", "podCIDR": "10.9.0.0/16", "serviceCIDR": "10.8.0.0/16"}
    found = flags(kubernetes=kubernetes)
    assert found["kubernetes-version"] == "1.21.3"
    assert found["kubernetes-pod-network-cidr"] == "10.9.0.0/16"
    assert found["kubernetes-service-cidr"] == "10.8.0.0/16"
    assert found["kubernetes-network-provider"] == "none"
    assert found["pipeline-nodepool"] == "control-plane"


def test_workers_get_no_flags_of_masters() -> None:
    found = flags(role="worker", vsphere=VSPHERE)
    assert not [name for name in found if name.startswith("vsphere-") or "cert-sans" in name]
    assert found["kubernetes-cloud-provider"] == "vsphere"


def test_taints() -> None:
    assert flags()["taints"] == "node-role.kubernetes.io/master:NoSchedule"
    assert flags(schedulable=True)["taints"] == ","
    taints = [{"key": "gpu", "value": "a100", "effect": "NoExecute"}]
    assert flags(role="worker", taints=taints)["taints"] == "gpu=a100:NoExecute"


def test_labels() -> None:
    labels = {"tier": "web", "disk": "ssd"}
    found = flags(role="worker", labels=labels)
    assert found["kubernetes-node-labels"] == "disk=ssd,tier=web"


def test_the_services_authority_is_trusted_by_the_system() -> None:
    trusted = document(**PKE, api_authority="OURS", trusted_cas=("THEIRS",))["ca_certs"]["trusted"]
    assert trusted == ["THEIRS", "OURS"]
    assert "ca_certs" not in document(api_authority="OURS")


def test_the_token_is_in_one_place_of_user_data() -> None:
    assert user_data_text(**PKE).count(NODE_TOKEN) == 1


def test_a_master_carries_the_address_before_pke_runs(
    machine_of: MakeMachine, service: ScriptedService
) -> None:
    machine = machine_of(**PKE)
    assert machine.run().code == 0
    calls = machine.calls()
    restart = calls.index("systemctl restart keepalived.service")
    assert restart < next(at for at, call in enumerate(calls) if call.startswith("pke "))
    told = arguments(machine)
    assert told[1:3] == ["install", "master"]
    assert "--kubernetes-infrastructure-cidr=10.0.0.11/32" in told
    assert f"--pipeline-token={NODE_TOKEN}" in told
    assert machine.has("ready")
    assert "POST leader" not in service.names()


def test_the_templates_own_arguments_come_last(machine_of: MakeMachine) -> None:
    machine = machine_of(**PKE)
    machine.write("/etc/banzaicloud/pke.rc", 'PKE_EXTRA_ARGS="--image-repository=r.corp --one"\n')
    assert machine.run().code == 0
    assert arguments(machine)[-2:] == ["--image-repository=r.corp", "--one"]


def test_vsphere_conf_is_on_every_master_and_in_no_user_data(
    machine_of: MakeMachine, service: ScriptedService
) -> None:
    service.replies["GET secrets"] = [answered(CERTIFICATES | ACCOUNT)]
    machine = machine_of(**PKE, vsphere=VSPHERE)
    assert machine.run().code == 0
    path = machine.path("/etc/kubernetes/vsphere.conf")
    text = path.read_text()
    assert '[VirtualCenter "vcenter.corp"]' in text
    assert 'user = "CORP\\\\k8s"' in text
    assert 'password = "pass\\"word"' in text
    assert 'folder = "/DC1/vm/k8s"' in text
    assert path.stat().st_mode & 0o777 == 0o600
    assert (
        "pass"
        not in user_data_text(**PKE, vsphere=VSPHERE).split("agent.json")[1].split("node/")[0]
    )


def test_without_storage_there_is_no_cloud_provider(
    machine_of: MakeMachine, service: ScriptedService
) -> None:
    machine = machine_of(**PKE)
    machine.run()
    assert "--kubernetes-cloud-provider=" in arguments(machine)
    assert not machine.path("/etc/kubernetes/vsphere.conf").exists()
    assert "GET secrets" not in service.names()


def test_a_failing_pke_is_told_with_its_last_words_and_no_secret(
    machine_of: MakeMachine, service: ScriptedService
) -> None:
    machine = machine_of(**PKE)
    (machine.folder / "fail").write_text(f"flag --pipeline-token={NODE_TOKEN}\nno containerd\n")
    assert machine.run().code == 3
    last = service.last("POST status").body
    assert last["final"] is True
    assert last["message"].startswith("pke install master failed")
    assert "no containerd" in last["message"]
    assert NODE_TOKEN not in last["message"]


@pytest.mark.parametrize("spelled", [r"pass\"word", "pass%22word", 'pass"word'])
def test_vcenters_password_is_nowhere_in_the_failure(
    service: ScriptedService, machine_of: MakeMachine, spelled: str
) -> None:
    """pke's output may repeat it, quoted or not, and nothing of it survives where it is cut."""
    service.replies["GET secrets"] = [answered(CERTIFICATES | ACCOUNT)]
    machine = machine_of(**PKE, vsphere=VSPHERE)
    lines = [f"govc: can't log in with {spelled} to vCenter"] * 60
    (machine.folder / "fail").write_text("\n".join(lines))
    ended = machine.run()
    told = str(service.last("POST status").body) + ended.output
    told += machine.path("/var/lib/pke-provisioner/failed").read_text()
    assert "log in with [secret]" in told
    assert "word to" not in told


def test_the_log_of_pke_is_roots_alone(machine_of: MakeMachine) -> None:
    machine = machine_of(**PKE)
    machine.run()
    log = machine.path("/var/log/pke-provisioner/programs.log")
    assert log.stat().st_mode & 0o777 == 0o600


def test_pke_goes_through_the_proxy(machine_of: MakeMachine) -> None:
    machine = machine_of(**PKE, proxy={"http": "http://proxy:3128"})
    machine.run()
    assert (machine.folder / "proxy").read_text() == "http://proxy:3128\n"
