"""What a node does when all goes well, by role."""

import base64
import json

import yaml

from tests.node.conftest import MakeMachine
from tests.node.machine import ADMIN_CONFIG, Machine
from tests.node.service import BOOTSTRAP_TOKEN, KEEPALIVED, Reply, ScriptedService

NOT_READY = Reply(200, {"master": {"ready": False}})
READY = Reply(200, {"master": {"ready": True}})


def test_leader_starts_the_cluster(service: ScriptedService, master: Machine) -> None:
    assert master.run().code == 0
    asked = [name for name in service.names() if name != "POST status"]
    assert asked == ["GET secrets", "POST leader", *["GET keepalived"] * 2, "POST ready"]
    claim = {"hostname": "c1-control-plane-a1b2c", "ip": "10.0.0.11"}
    assert service.last("POST leader").body == claim
    kubeadm = [call for call in master.calls() if call.startswith("kubeadm")]
    config = master.path("/etc/pke-provisioner/kubeadm.yaml")
    assert kubeadm == [
        "kubeadm version -o short",
        f"kubeadm init --config {config} --skip-token-print",
    ]


def test_leader_reports_as_pke_does(service: ScriptedService, master: Machine) -> None:
    master.run()
    phases = [
        "kubernetes-version",
        "kubernetes-runtime",
        "pipeline-certificates",
        "kubernetes-controlplane",
        "pipeline-ready",
    ]
    inner = [(phase, status) for phase in phases for status in ("running", "finished")]
    assert service.statuses() == [("master", "running"), *inner, ("master", "finished")]
    final = service.last("POST status").body
    assert final["final"] is True
    assert final["processId"] == "p-1"
    assert (final["name"], final["nodePool"]) == ("c1-control-plane-a1b2c", "control-plane")


def test_master_hands_in_its_kubeconfig(service: ScriptedService, master: Machine) -> None:
    master.run()
    body = service.last("POST ready").body
    assert base64.b64decode(body.pop("config")).decode() == ADMIN_CONFIG
    assert body == {
        "name": "c1-control-plane-a1b2c",
        "nodePool": "control-plane",
        "ip": "10.0.0.11",
    }


def test_init_is_told_the_nodes_own_address(service: ScriptedService, master: Machine) -> None:
    master.run()
    init = next(yaml.safe_load_all((master.folder / "init.yaml").read_text()))
    assert init["localAPIEndpoint"] == {"advertiseAddress": "10.0.0.11", "bindPort": 6443}
    arguments = init["nodeRegistration"]["kubeletExtraArgs"]
    assert {"name": "node-ip", "value": "10.0.0.11"} in arguments
    assert init["bootstrapTokens"][0]["token"] != "@TOKEN@"


def test_master_starts_keepalived_before_kubeadm(service: ScriptedService, master: Machine) -> None:
    master.run()
    assert master.path("/etc/keepalived/keepalived.conf").read_text() == KEEPALIVED
    assert service.last("GET keepalived").path.endswith("/pke/keepalived?interface=ens192")
    calls = [call.split(" --")[0] for call in master.calls()]
    assert calls.index("systemctl restart keepalived.service") < calls.index("kubeadm init")
    assert calls.index("systemctl enable keepalived.service") < calls.index("kubeadm init")


def test_leader_hears_of_latecomers_before_others_join(
    service: ScriptedService, master: Machine
) -> None:
    service.replies["GET keepalived"] = [Reply(text=KEEPALIVED), Reply(text="later {\n}\n")]
    assert master.run().code == 0
    assert master.path("/etc/keepalived/keepalived.conf").read_text() == "later {\n}\n"
    calls = [call.split(" --")[0] for call in master.calls()]
    assert calls.index("systemctl reload keepalived.service") > calls.index("kubeadm init")
    asked = service.names()
    assert asked.index("POST ready") > max(
        at for at, name in enumerate(asked) if name == "GET keepalived"
    )


def test_leader_leaves_keepalived_alone_when_it_knows_all(
    service: ScriptedService, master: Machine
) -> None:
    assert master.run().code == 0
    assert not any(call.startswith("systemctl reload keepalived") for call in master.calls())


def test_follower_waits_for_the_leader_then_joins(
    service: ScriptedService, master: Machine
) -> None:
    service.replies["POST leader"] = [Reply(409, {})]
    service.replies["GET ready"] = [NOT_READY, NOT_READY, READY]
    assert master.run().code == 0
    assert service.names().count("POST leader") == 1
    assert service.names().index("GET bootstrap") > service.names().index("GET ready")
    join = yaml.safe_load((master.folder / "join.yaml").read_text())
    assert join["controlPlane"]["localAPIEndpoint"]["advertiseAddress"] == "10.0.0.11"
    assert "config" in service.last("POST ready").body


def test_follower_claims_again_once_the_leader_is_gone(
    service: ScriptedService, master: Machine
) -> None:
    service.replies["POST leader"] = [Reply(409, {}), Reply(409, {}), Reply(200, {})]
    service.replies["GET ready"] = [NOT_READY]
    service.replies["GET leader"] = [Reply(200, {}), Reply(404)]
    assert master.run().code == 0
    assert service.names().count("POST leader") == 3
    assert (master.folder / "init.yaml").exists()


def test_worker_joins(service: ScriptedService, worker: Machine) -> None:
    assert worker.run().code == 0
    asked = [name for name in service.names() if name != "POST status"]
    assert asked == ["GET bootstrap", "POST ready"]
    join = yaml.safe_load((worker.folder / "join.yaml").read_text())
    assert join["discovery"] == {
        "file": {"kubeConfigPath": "/etc/pke-provisioner/discovery.conf"},
        "tlsBootstrapToken": BOOTSTRAP_TOKEN,
    }
    assert "controlPlane" not in join
    expected = {"name": "c1-pool1-d4e5f", "nodePool": "pool1", "ip": "10.0.0.11"}
    assert service.last("POST ready").body == expected


def test_joiner_knows_the_cluster_by_its_authority(
    service: ScriptedService, worker: Machine
) -> None:
    worker.run()
    kubeconfig = json.loads((worker.folder / "discovery.conf").read_text())
    cluster = kubeconfig["clusters"][0]["cluster"]
    assert cluster["server"] == "https://10.0.0.100:6443"
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    assert authority.startswith("-----BEGIN CERTIFICATE-----")


def test_external_endpoint_needs_no_keepalived(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    endpoint = {"mode": "external", "dnsName": "api.example.com"}
    machine = machine_of(endpoint=endpoint)
    assert machine.run().code == 0
    assert "GET keepalived" not in service.names()
    assert not machine.path("/etc/keepalived").exists()


def test_leased_address_is_found_beside_the_floating_one(
    service: ScriptedService, machine_of: MakeMachine
) -> None:
    machine = machine_of(nics=[{"mac": "00:50:56:00:00:01"}])
    found = [{"local": "10.0.0.100", "prefixlen": 32}, {"local": "10.0.0.57", "prefixlen": 24}]
    (machine.folder / "addresses").write_text(json.dumps([{"addr_info": found}]))
    assert machine.run().code == 0
    assert service.last("POST leader").body["ip"] == "10.0.0.57"
    assert "ip -j -4 addr show dev ens192" in machine.calls()


def test_every_call_is_authorised_and_below_the_base_path(
    service: ScriptedService, master: Machine
) -> None:
    master.run()
    query = "tags=clusterID%3A42&type=pkecert&values=true"
    assert service.last("GET secrets").path == f"/pipeline/api/v1/orgs/7/secrets?{query}"
    assert service.last("POST leader").path == "/pipeline/api/v1/orgs/7/clusters/42/pke/leader"
    assert all(call.headers["Authorization"].startswith("Bearer ey") for call in service.calls)
