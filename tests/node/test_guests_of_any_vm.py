"""Stand-in guests of VMs that are no nodes: whatever they get, they boot."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.guests.interface import TEMPLATE_OPTION, GuestNic, GuestVM
from lab.waiting import wait_until
from provisioner.bootstrap.boot_check import ANSWER
from provisioner.bootstrap.boot_test import BootTest, extra_config
from provisioner.bootstrap.guestinfo import USERDATA, pack
from provisioner.bootstrap.model import NicConfig
from tests.node.lab import SECONDS, LabCluster, lab_cluster
from tests.node.service import ScriptedService

MAC = "00:50:56:00:77:01"
TEST = BootTest(node_name="a-boot-test", instance_id="test-1", nics=(NicConfig(mac=MAC),))


@pytest.fixture
def lab(tmp_path: Path, service: ScriptedService) -> Iterator[LabCluster]:
    with lab_cluster(tmp_path, service) as running:
        yield running


def clone(template: str, options: Mapping[str, str]) -> GuestVM:
    nics = (GuestNic(MAC, "nodes"),)
    return GuestVM("vm-77", "a-boot-test", "uuid", nics, {**options, TEMPLATE_OPTION: template})


def answered(lab: LabCluster, vm: GuestVM) -> dict[str, Any]:
    lab.runner.power_on(vm)
    assert wait_until(lambda: vm.moref in lab.tools.published, SECONDS)
    answer: dict[str, Any] = json.loads(lab.tools.published[vm.moref][ANSWER])
    return answer


def test_the_boot_test_of_an_image_is_answered(lab: LabCluster) -> None:
    answer = answered(lab, clone("debian-12-node", extra_config(TEST)))
    assert (answer["test"], answer["problems"]) == ("test-1", [])
    assert (answer["os"], answer["kubernetes"], answer["kubelet"]) == (
        "debian12",
        "1.35.4",
        "1.35.4",
    )
    assert lab.tools.addresses["vm-77"]


def test_a_plain_template_has_no_kubernetes(lab: LabCluster) -> None:
    answer = answered(lab, clone("debian-12-plain", extra_config(TEST)))
    assert (answer["ok"], answer["kubernetes"], answer["containerd"]) == (True, None, None)


@pytest.mark.parametrize(
    "user_data", ["", "#!/bin/sh\n: {", "#cloud-config\nusers: [{name: packer}]"]
)
def test_a_clone_with_any_user_data_gets_an_address(lab: LabCluster, user_data: str) -> None:
    lab.runner.power_on(clone("debian-12-plain", pack(USERDATA, user_data) if user_data else {}))
    assert wait_until(lambda: bool(lab.tools.addresses.get("vm-77")), SECONDS)


def test_a_guest_that_shuts_down_switches_its_vm_off(lab: LabCluster) -> None:
    lab.runner.power_on(clone("debian-12-plain", {}))
    assert wait_until(lambda: "vm-77" in lab.tools.addresses, SECONDS)
    lab.runner.shut_down("vm-77")
    assert "vm-77" not in lab.tools.addresses
    assert [one["state"] for one in lab.runner.guests()] == ["off"]
