"""The prepared template: the base with all that a node of any kind needs, of the lab's packages."""

import shutil
from pathlib import Path

from lab import cache
from lab.guestos import debian
from lab.guestos.repository import kubernetes_path
from lab.guestos.running import run_script
from lab.kubernetes.versions import Release
from lab.progress import Say, step

FILES = Path(__file__).parent / "files" / "image"
PACKAGES = (
    *("containerd", "etcd-server", "haproxy", "keepalived"),
    *("kubeadm", "kubectl", "kubelet", "nftables"),
)
# What only some nodes run is started by those.
INSTALL = """
root=$1 repository=$2 minor_path=$3 suite=$4
shift 4
mkdir "$root/mnt/lab"
mount --bind "$repository" "$root/mnt/lab"
mount -t proc proc "$root/proc"
cat > "$root/etc/apt/sources.list" <<SOURCES
deb [signed-by=/mnt/lab/lab.asc] file:///mnt/lab/$minor_path /
deb [signed-by=/mnt/lab/lab.asc] file:///mnt/lab/debian $suite main
SOURCES
chroot "$root" apt-get -qq update
chroot "$root" apt-get -qq -y --no-install-recommends install "$@"
umount "$root/proc" "$root/mnt/lab"
rmdir "$root/mnt/lab"
rm -rf "$root/etc/apt/sources.list" "$root/var/lib/apt/lists/"* "$root/var/cache/apt/"*
rm -f "$root/var/log/dpkg.log" "$root/var/log/apt/"*
systemctl --root "$root" --quiet disable haproxy.service keepalived.service
"""


def ensure_image(base: Path, repository: Path, release: Release, say: Say) -> Path:
    """A root file system with Kubernetes, etcd and what balances load; seconds, once."""
    key = cache.digest(base.parent.name, repository.name, Path(__file__), FILES)

    def make(target: Path) -> None:
        with step(say, f"preparing the guests' template for Kubernetes {release.version}"):
            root = target / "root"
            run_script('cp -a "$1" "$2"', base, root)
            path = kubernetes_path(release.minor)
            run_script(INSTALL, root, repository, path, debian.SUITE, *PACKAGES)
            shutil.copytree(FILES, root, dirs_exist_ok=True)

    return cache.ensure(f"guest-{release.version}", key, make) / "root"
