"""What the templates of the simulated vCenter are for real machines."""

from lab.guestos.ready import GuestOS, ready
from lab.guests.config import Image
from lab.kubernetes.versions import DEFAULT_MINOR
from lab.packer.containerd import ensure_archive
from lab.progress import Say, step
from lab.stack.real_guests import RealGuests
from lab.vcenter.build import binary

# lab/vcenter/templates.go
PREPARED, PLAIN = "debian-12-node", "debian-12-plain"


def build(say: Say, *others: str) -> tuple[GuestOS, RealGuests]:
    """Of the usual Kubernetes; `others` are minors whose templates are wanted, too.

    Builds what the cache lacks, the vCenter too: in a network of its own the lab can fetch nothing.
    Needs root.
    """
    with step(say, "building the simulated vCenter"):
        binary()
    usual = ready(DEFAULT_MINOR, say)
    images = {
        PREPARED: Image(rootfs=usual.rootfs, seed=usual.seed),
        PLAIN: Image(rootfs=usual.packages_rootfs, seed=usual.seed),
    }
    repositories = [usual.repository, ensure_archive(say)]
    for minor in others:
        other = ready(minor, say)
        images[f"{PREPARED}-{minor}"] = Image(rootfs=other.rootfs, seed=other.seed)
        repositories.append(other.repository)
    return usual, RealGuests(images=images, repositories=tuple(repositories))
