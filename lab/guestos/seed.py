"""containerd's data with all images imported: guests get hard links of it instead of unpacking."""

import shutil
from pathlib import Path

from lab import cache
from lab.guestos import archive
from lab.guestos.running import run_script
from lab.kubernetes import images as image_list
from lab.kubernetes.images import images
from lab.kubernetes.versions import Release
from lab.progress import Say, step

# Programs of the guests' own packages with the libraries they load; each path once, because
# containerd stumbles over a layer that names one twice.
TOOLS = """
chroot "$1" sh -eu -c '
    programs=$(ls /usr/sbin/*tables* /usr/sbin/conntrack /usr/sbin/ip /bin/sh /bin/cp)
    plugins=$(ls /usr/lib/x86_64-linux-gnu/xtables/*.so)
    { echo "$programs"; ldd $programs $plugins | sed -n "s/^.*[[:space:]]\\(\\/[^ ]*\\) (.*$/\\1/p"
      echo "$plugins"; } | sort -u | tar -chf - --mtime=@0 --files-from=- 2>/dev/null
' > "$2"
"""
# Snapshots must not lie on an overlay, so the folder is bound into a throw-away view of the guest.
IMPORT = """
work=$1 root=$2 data=$3
mkdir "$work/upper" "$work/work" "$work/view"
mount -t overlay none -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/view"
mkdir -p "$work/view/var/lib/containerd" "$work/view/images"
mount --bind "$data" "$work/view/var/lib/containerd"
mount --bind "$work" "$work/view/images"
mount -t proc none "$work/view/proc"
mount -t tmpfs none "$work/view/run"
mount --bind /dev "$work/view/dev"
chroot "$work/view" sh -eu -c '
    containerd --log-level=error &
    containerd=$!
    waited=0
    until ctr version > /dev/null 2>&1; do
        [ $((waited += 1)) -lt 300 ] || exit 1
        sleep 0.1
    done
    ctr --namespace k8s.io images import --all-platforms /images/images.tar > /dev/null
    kill "$containerd"
    wait "$containerd"
'
"""


def ensure_seed(image: Path, binaries: Path, release: Release, say: Say) -> Path:
    """What /var/lib/containerd of a new guest holds; half a minute, once.

    Its *.db files change in use and are copied; blobs and snapshots never do and may be linked.
    """
    recipe = (Path(__file__), Path(archive.__file__), Path(image_list.__file__))
    key = cache.digest(image.parent.name, binaries.name, *recipe)

    def make(target: Path) -> None:
        work, data = target / "work", target / "containerd"
        work.mkdir()
        data.mkdir()
        with step(say, f"importing the images of Kubernetes {release.version}"):
            run_script(TOOLS, image, work / "tools.tar")
            archive.write_archive(
                images(release), binaries, work / "tools.tar", work / "images.tar"
            )
            run_script(IMPORT, work, image, data)
        shutil.rmtree(work)

    return cache.ensure(f"seed-{release.version}", key, make) / "containerd"
