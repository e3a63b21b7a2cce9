"""Kubernetes' images in an image, pulled by the real containerd."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lab.packer.checks import TEMPLATES
from lab.packer.containerd import ARCHIVE, ensure_archive
from tests.packer.copy_of_root import Copy, exports, stub
from tests.packer.serving import Registry

PAUSE, ETCD = "pause:3.10.1", "etcd:3.6.6-0"
# containerd's data lie on a tmpfs: what it unpacks to can't be an overlay's.
CONTAINERD = f"""
tar -C /usr/local -xzf /tmp/given/{ARCHIVE.rpartition("/")[2]}
mkdir /tmp/run
mount -t tmpfs none /run
mount -t proc none /proc
rm -f /dev/null
mknod -m 0666 /dev/null c 1 3
containerd --log-level error --root /tmp/data --state /tmp/run >/tmp/containerd.log 2>&1 &
trap "kill $!" EXIT
waited=0
until ctr version >/dev/null 2>&1; do
    [ $((waited += 1)) -lt 200 ] || {{ cat /tmp/containerd.log; exit 1; }}
    sleep 0.1
done
"""
LIST = "ctr --namespace k8s.io images list | awk 'NR > 1 { print $1, $3 }'"


@pytest.fixture
def registry() -> Registry:
    return Registry()


@contextmanager
def pulled(
    copy: Copy, registry: Registry, digests: list[str], **variables: str
) -> Iterator[tuple[subprocess.CompletedProcess[str], str]]:
    """What the step says and what is there then; the registry's address."""
    copy.give_file(ensure_archive() / ARCHIVE)
    copy.give("image-digests", "".join(f"{one}\n" for one in digests))
    with registry.serving() as address:
        usual = {
            "KUBERNETES_VERSION": "1.35.4",
            "IMAGE_REGISTRY": address,
            "PULL_IMAGES": "true",
            "TRUST_REGISTRY": "false",
        }
        named = "\n".join(f"echo {address}/{image}" for image in (PAUSE, ETCD))
        before = exports(usual | variables) + stub("kubeadm", named) + CONTAINERD
        before += f"mkdir -p /etc/containerd/certs.d/{address}\n"
        before += (
            f"echo 'server = \"http://{address}\"' >/etc/containerd/certs.d/{address}/hosts.toml\n"
        )
        before += "cp /tmp/given/image-digests /tmp/image-digests"
        yield copy.run("images.sh", before, LIST), address


def put(registry: Registry, image: str) -> str:
    """As it is known to definitions."""
    return f"{image}={registry.put(image)}"


def test_they_are_pulled_by_digest_and_have_their_tags(copy: Copy, registry: Registry) -> None:
    known = [put(registry, PAUSE), put(registry, ETCD)]
    # Somebody moves a tag.
    registry.put(ETCD)
    with pulled(copy, registry, known) as (done, address):
        assert done.returncode == 0, done.stdout
        for one in known:
            assert f"{address}/{one.replace('=', ' ')}" in done.stdout.splitlines()
    assert not [path for path in registry.asked if re.search(r"/manifests/(?!sha256:)", path)]


def test_what_a_build_says_counts_before_what_is_known(copy: Copy, registry: Registry) -> None:
    """It comes last."""
    pause, old, new = (put(registry, image) for image in (PAUSE, ETCD, ETCD))
    with pulled(copy, registry, [pause, old, new]) as (done, address):
        assert f"{address}/{new.replace('=', ' ')}" in done.stdout.splitlines()


def test_an_unknown_image_ends_the_build_before_anything_is_pulled(
    copy: Copy, registry: Registry
) -> None:
    with pulled(copy, registry, [put(registry, PAUSE)]) as (done, _):
        assert done.returncode != 0
        assert f"  {ETCD}=sha256:..." in done.stdout
        assert PAUSE not in done.stdout
        for advice in ("image_digests", "pull_images", "trust_registry", "crane digest"):
            assert advice in done.stdout
    assert registry.asked == []


def test_a_digest_that_the_registry_does_not_have_ends_the_build(
    copy: Copy, registry: Registry
) -> None:
    known = [put(registry, PAUSE), f"{ETCD}=sha256:{'0' * 64}"]
    with pulled(copy, registry, known) as (done, _):
        assert done.returncode != 0
        assert "not found" in done.stdout


def test_whoever_trusts_the_registry_gets_what_it_gives(copy: Copy, registry: Registry) -> None:
    pause, current = put(registry, PAUSE), registry.put(ETCD)
    with pulled(copy, registry, [pause], TRUST_REGISTRY="true") as (done, address):
        assert done.returncode == 0, done.stdout
        assert f"{address}/{ETCD} {current}" in done.stdout.splitlines()


def test_nothing_is_pulled_for_whom_it_is_not_wanted(copy: Copy, registry: Registry) -> None:
    with pulled(copy, registry, [], PULL_IMAGES="false") as (done, address):
        assert done.returncode == 0, done.stdout
        assert address not in done.stdout
    assert registry.asked == []


def test_each_known_digest_is_one() -> None:
    text = (TEMPLATES / "digests.pkr.hcl").read_text()
    found = re.findall(r'^    "(.*)",$', text, re.MULTILINE)
    assert all(re.fullmatch(r"[a-z-]+:v?[0-9.-]+=sha256:[0-9a-f]{64}", one) for one in found)
    names = [one.partition("=")[0] for one in found]
    assert len(set(names)) == len(names) == len({one.partition("=")[2] for one in found})


@pytest.mark.parametrize("version", ["1.34.10", "1.35.4"])
def test_a_versions_whole_control_plane_is_known(version: str) -> None:
    text = (TEMPLATES / "digests.pkr.hcl").read_text()
    for part in ("apiserver", "controller-manager", "scheduler", "proxy"):
        assert f'"kube-{part}:v{version}=sha256:' in text
