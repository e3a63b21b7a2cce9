"""The container images of a cluster: their names, and what the lab puts into each. Pure."""

from dataclasses import dataclass

from lab.kubernetes.versions import (
    FLANNEL,
    FLANNEL_CNI_PLUGIN_IMAGE,
    METALLB,
    PAUSE,
    Release,
)

KUBERNETES = "registry.k8s.io"
FLANNEL_REGISTRY = "ghcr.io/flannel-io"
METALLB_REGISTRY = "quay.io/metallb"


@dataclass(frozen=True)
class Image:
    """`programs` are in /usr/local/bin and linked from /; `tools`: over a layer with a shell,
    cp and iptables. Without an `entrypoint` whoever runs it names the program."""

    name: str
    programs: tuple[str, ...]
    entrypoint: bool = False
    tools: bool = False


def kubeadm_images(release: Release) -> tuple[Image, ...]:
    """What `kubeadm config images list` names for this release."""
    version = f"v{release.version}"
    control_plane = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    return (
        *(Image(f"{KUBERNETES}/{name}:{version}", (name,)) for name in control_plane),
        Image(f"{KUBERNETES}/kube-proxy:{version}", ("kube-proxy",), tools=True),
        Image(f"{KUBERNETES}/coredns/coredns:v{release.coredns}", ("coredns",), entrypoint=True),
        Image(f"{KUBERNETES}/pause:{PAUSE}", ("pause",), entrypoint=True),
        Image(f"{KUBERNETES}/etcd:{release.etcd}-0", ("etcd", "etcdctl", "etcdutl")),
    )


def images(release: Release) -> tuple[Image, ...]:
    """All that the lab's nodes run."""
    return (
        *kubeadm_images(release),
        *(
            Image(f"{METALLB_REGISTRY}/{part}:v{METALLB}", (part,), entrypoint=True)
            for part in ("controller", "speaker")
        ),
        Image(f"{FLANNEL_REGISTRY}/flannel:v{FLANNEL}", ("flanneld",), entrypoint=True, tools=True),
        Image(
            f"{FLANNEL_REGISTRY}/flannel-cni-plugin:{FLANNEL_CNI_PLUGIN_IMAGE}",
            ("flannel",),
            tools=True,
        ),
    )
