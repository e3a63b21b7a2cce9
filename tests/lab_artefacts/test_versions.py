import re

import pytest

from lab.kubernetes import versions
from lab.kubernetes.binaries import named_by
from lab.kubernetes.images import images, kubeadm_images
from lab.kubernetes.programs import modules
from lab.kubernetes.versions import RELEASES
from provisioner.domain import add_ons

MODULES = {module.name: module for release in RELEASES.values() for module in modules(release)}
ORIGINS = {
    "kubernetes": "k8s.io/kubernetes",
    "etcd": "go.etcd.io/etcd/server/v3",
    "coredns": "github.com/coredns/coredns",
    "metallb": "go.universe.tf/metallb",
    "flannel": "github.com/flannel-io/flannel",
    "flannel-cni-plugin": "github.com/containernetworking/plugins",
}


def test_the_images_are_those_that_kubeadm_wants(guest_os):
    ours = {image.name for image in kubeadm_images(guest_os.release)}
    version = guest_os.release.version
    assert ours == named_by(guest_os.binaries / "kubeadm", version)


@pytest.mark.parametrize("name", sorted(name for name in MODULES if not name.startswith("pause")))
def test_a_module_is_pinned_at_the_version_in_its_name(name):
    program, _, version = name.rpartition("-")
    pinned = (MODULES[name].folder / "go.mod").read_text()
    assert re.search(rf"^(require )?\s*{ORIGINS[program]} v{version}\b", pinned, re.MULTILINE)


@pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
def test_all_of_kubernetes_is_of_one_version(release):
    pinned = (MODULES[f"kubernetes-{release.version}"].folder / "go.mod").read_text()
    staged = re.findall(r"^replace (k8s\.io/\S+) => \1 (\S+)$", pinned, re.MULTILINE)
    assert len(staged) > 20
    assert {version for _, version in staged} == {f"v0{release.version.removeprefix('1')}"}


def test_every_module_folder_is_used():
    folder = next(iter(MODULES.values())).folder.parent
    assert {one.name for one in folder.iterdir()} == set(MODULES)


def test_the_lab_carries_the_add_ons_that_clusters_get_by_default():
    ours = (f"v{versions.FLANNEL}", versions.FLANNEL_CNI_PLUGIN_IMAGE, f"v{versions.METALLB}")
    assert ours == (add_ons.FLANNEL, add_ons.FLANNEL_PLUGIN, add_ons.METALLB)


@pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
def test_every_image_holds_programs_that_are_built(release):
    built = {program for module in modules(release) for program in module.packages}
    assert {program for image in images(release) for program in image.programs} <= built
