"""Stand-in guests: what a VM received becomes a node of an in-memory cluster."""

import http.client
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.guests.standin.machine import KEEPALIVED_CONFIG
from lab.waiting import wait_until
from provisioner.bootstrap import channel
from provisioner.bootstrap.keepalived_files import told
from tests.node.lab import SECONDS, LabCluster, floating_address, lab_cluster
from tests.node.service import Reply, ScriptedService


@pytest.fixture
def lab(tmp_path: Path, service: ScriptedService) -> Iterator[LabCluster]:
    with lab_cluster(tmp_path, service) as running:
        yield running


def alive(address: str, authority: str) -> bool:
    context = ssl.create_default_context(cadata=authority)
    connection = http.client.HTTPSConnection(address, 6443, timeout=5, context=context)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        connection.close()


def test_master_serves_its_api_at_both_addresses(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.power_on_until_ready(vm)
    address = lab.tools.addresses[vm.moref]
    assert lab.service.last("POST ready").body["ip"] == address
    assert lab.cluster.node_names() == ["c1-cp-1"]
    assert alive(address, lab.authority)
    assert alive(lab.vip, lab.authority)


def test_worker_joins_over_the_floating_address(lab: LabCluster) -> None:
    lab.power_on_until_ready(lab.vm("c1-cp-1"))
    lab.let_join()
    taint = {"key": "gpu", "effect": "NoSchedule"}
    vm = lab.worker("c1-pool1-1", labels={"disk": "ssd"}, taints=[taint])
    lab.power_on_until_ready(vm)
    assert sorted(lab.cluster.node_names()) == ["c1-cp-1", "c1-pool1-1"]


def test_worker_with_a_wrong_token_fails(lab: LabCluster) -> None:
    lab.power_on_until_ready(lab.vm("c1-cp-1"))
    vm = lab.worker("c1-pool1-1")
    lab.runner.power_on(vm)
    assert wait_until(lambda: ("worker", "failed") in lab.service.statuses(), SECONDS)
    assert lab.cluster.node_names() == ["c1-cp-1"]


def test_second_master_takes_the_address_over(lab: LabCluster) -> None:
    first, second = lab.vm("c1-cp-1"), lab.vm("c1-cp-2")
    lab.power_on_until_ready(first)
    lab.let_join()
    lab.service.replies["POST leader"] = [Reply(409, {})]
    lab.power_on_until_ready(second)
    assert lab.holder == "c1-cp-1"
    lab.runner.destroy(first.moref)
    assert lab.holder == "c1-cp-2"
    assert alive(lab.vip, lab.authority)


def test_second_init_on_one_authority_fails(lab: LabCluster) -> None:
    lab.power_on_until_ready(lab.vm("c1-cp-1"))
    lab.runner.power_on(lab.vm("c1-cp-2"))
    assert wait_until(lambda: ("master", "failed") in lab.service.statuses(), SECONDS)
    assert lab.cluster.node_names() == ["c1-cp-1"]


def test_a_master_takes_its_later_configuration_and_says_so(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.power_on_until_ready(vm)
    given = told(vm.macs[0], "of @INTERFACE@")
    later = channel.configuration(*given)
    changed = replace(vm, extra_config={**vm.extra_config, **later})
    lab.runner.reconfigure(changed)
    assert wait_until(lambda: vm.moref in lab.tools.published, SECONDS)
    answer = channel.applied(lab.tools.published[vm.moref])
    assert answer is not None
    assert answer.outcome == "applied"
    assert answer.revision == channel.revision(*given)
    [file] = lab.folder.rglob(KEEPALIVED_CONFIG.lstrip("/"))
    assert file.read_text() == "of eth0"


def test_powered_off_master_is_silent_and_comes_back(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.power_on_until_ready(vm)
    address = lab.tools.addresses[vm.moref]
    lab.runner.power_off(vm.moref)
    assert not alive(lab.vip, lab.authority)
    lab.runner.power_on(vm)
    assert wait_until(lambda: alive(lab.vip, lab.authority), SECONDS)
    assert lab.tools.addresses[vm.moref] == address
    assert lab.service.names().count("POST ready") == 1


def test_power_cycle_in_the_middle_goes_on(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.service.hold("GET keepalived")
    lab.runner.power_on(vm)
    lab.service.wait_for("GET keepalived")
    lab.runner.power_off(vm.moref)
    lab.service.release("GET keepalived")
    lab.power_on_until_ready(vm)
    assert lab.cluster.node_names() == ["c1-cp-1"]


def test_destroyed_guest_leaves_nothing(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.power_on_until_ready(vm)
    lab.runner.destroy(vm.moref)
    assert [folder.name for folder in lab.folder.iterdir()] == ["bin"]
    assert lab.around.planes.find(lab.authority) is None
    assert lab.state(vm) == "gone"


def test_guest_that_never_gets_an_address(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.break_node("c1-*", "no-ip")
    lab.runner.power_on(vm)
    lab.wait_for_state(vm, "without an address")
    assert lab.tools.addresses == {}
    assert lab.service.calls == []


def test_guest_whose_kubeadm_fails(lab: LabCluster) -> None:
    lab.break_node("c1-cp-*", "kubeadm-fails")
    lab.runner.power_on(lab.vm("c1-cp-1"))
    assert wait_until(lambda: ("master", "failed") in lab.service.statuses(), SECONDS)
    assert "The kubelet is not healthy" in lab.service.last("POST status").body["message"]
    lab.power_on_until_ready(lab.vm("c1-cp-2"))


def test_leader_that_dies(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1")
    lab.break_node("*", "dies-after-leader")
    lab.runner.power_on(vm)
    lab.wait_for_state(vm, "dead")
    assert "POST leader" in lab.service.names()
    assert ("master", "failed") not in lab.service.statuses()
    assert lab.tools.addresses == {}
    lab.runner.destroy(vm.moref)
    lab.power_on_until_ready(lab.vm("c1-cp-2"))


def test_vm_without_the_expected_nic_gets_no_address(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1", nics=[{"mac": "00:50:56:3f:ff:ff"}])
    lab.runner.power_on(vm)
    lab.wait_for_state(vm, "without an address")


def test_static_address(lab: LabCluster) -> None:
    address = floating_address()
    vm = lab.vm("c1-cp-1", address=f"{address}/16")
    lab.power_on_until_ready(vm)
    assert lab.tools.addresses[vm.moref] == address
    assert alive(address, lab.authority)


def test_vm_without_guestinfo_is_left_alone(lab: LabCluster) -> None:
    vm = lab.vm("someones")
    lab.runner.power_on(type(vm)(vm.moref, vm.name, vm.instance_uuid, vm.nics, {}))
    assert lab.state(vm) == "gone"


def test_external_endpoint_is_played_by_the_lab(lab: LabCluster) -> None:
    vm = lab.vm("c1-cp-1", endpoint={"mode": "external", "vip": lab.vip})
    lab.power_on_until_ready(vm)
    assert alive(lab.vip, lab.authority)
