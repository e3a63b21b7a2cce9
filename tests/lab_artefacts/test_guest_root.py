import re
from pathlib import Path

import pytest

from lab.kubernetes.images import images


@pytest.fixture(params=["rootfs", "packages_rootfs"])
def root(guest_os, request):
    return getattr(guest_os, request.param)


def is_there(root, program):
    return any((root / "usr" / place / program).exists() for place in ("bin", "sbin"))


@pytest.mark.parametrize("program", ["curl", "jq", "openssl", "wget"])
def test_nodes_must_do_without(root, program):
    assert not is_there(root, program)


@pytest.mark.parametrize("file", ["etc/machine-id", "etc/resolv.conf"])
def test_a_clone_gets_these_for_itself(root, file):
    assert (root / file).read_text() == ""


def test_a_clone_makes_its_own_host_keys(root):
    assert list((root / "etc/ssh").glob("ssh_host_*")) == []


def test_installs_nothing_from_anywhere_unless_told(root):
    assert list((root / "etc/apt").rglob("*.list")) == []
    assert list((root / "etc/apt").rglob("*.sources")) == []


@pytest.mark.parametrize("program", ["containerd", "kubeadm", "kubelet", "keepalived", "etcd"])
def test_only_the_prepared_template_brings_its_programs(guest_os, program):
    assert is_there(guest_os.rootfs, program)
    assert not is_there(guest_os.packages_rootfs, program)


def test_the_kubelet_waits_for_kubeadm_and_keepalived_for_its_configuration(guest_os):
    wanted = guest_os.rootfs / "etc/systemd/system/multi-user.target.wants"
    enabled = {unit.name for unit in wanted.iterdir()}
    assert {"containerd.service", "kubelet.service"} <= enabled
    assert "keepalived.service" not in enabled


def test_the_pause_image_of_containerd_is_kubeadms(guest_os):
    written = (guest_os.rootfs / "etc/containerd/conf.d/lab.toml").read_text()
    named = re.search(r'sandbox_image = "(.*)"', written)[1]
    assert named in {image.name for image in images(guest_os.release)}


def test_nothing_stays_mounted(guest_os):
    points = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    assert [one for one in points if one.startswith(str(guest_os.rootfs.parents[1]))] == []
