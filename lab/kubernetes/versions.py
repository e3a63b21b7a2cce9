"""Every version of the lab's Kubernetes. The folders in modules/ carry the same numbers."""

from dataclasses import dataclass

DEFAULT_MINOR = "1.35"

METALLB = "0.15.2"
FLANNEL = "0.26.7"
# The last release of the standard plugins that still had flannel's among them.
FLANNEL_CNI_PLUGIN = "0.9.1"
# flannel's own later ones are in no Go module proxy; their image's name is what manifests ask for.
FLANNEL_CNI_PLUGIN_IMAGE = "v1.6.2-flannel1"
PAUSE = "3.10.1"


@dataclass(frozen=True)
class Release:
    """A Kubernetes release with the versions that its own kubeadm installs beside it."""

    minor: str
    patch: int
    etcd: str
    coredns: str

    @property
    def version(self) -> str:
        return f"{self.minor}.{self.patch}"


RELEASES = {
    release.minor: release
    for release in (
        Release("1.34", 4, etcd="3.6.5", coredns="1.12.1"),
        Release("1.35", 4, etcd="3.6.6", coredns="1.13.1"),
    )
}
