"""Which programs the lab builds, from which module and how. Pure."""

from pathlib import Path

from lab.go_module import GoModule
from lab.kubernetes.versions import FLANNEL, FLANNEL_CNI_PLUGIN, METALLB, PAUSE, Release

MODULES = Path(__file__).parent / "modules"

KUBERNETES = (
    "kubeadm",
    "kubelet",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubectl",
)


def _module(name: str, packages: dict[str, str], link: str = "") -> GoModule:
    return GoModule(MODULES / name, packages, link=link)


def modules(release: Release) -> tuple[GoModule, ...]:
    """All that a cluster of this release needs, Kubernetes itself first."""
    return (
        _kubernetes(release),
        _etcd(release.etcd),
        _module(f"coredns-{release.coredns}", {"coredns": "github.com/coredns/coredns"}),
        *ADD_ONS,
    )


def _kubernetes(release: Release) -> GoModule:
    major, minor = release.minor.split(".")
    base = "k8s.io/component-base/version"
    values = {
        f"{base}.gitVersion": f"v{release.version}",
        f"{base}.gitMajor": major,
        f"{base}.gitMinor": minor,
        "k8s.io/client-go/pkg/version.gitVersion": f"v{release.version}",
    }
    return _module(
        f"kubernetes-{release.version}",
        {program: f"k8s.io/kubernetes/cmd/{program}" for program in KUBERNETES},
        link=" ".join(f"-X {name}={value}" for name, value in values.items()),
    )


def _etcd(version: str) -> GoModule:
    parts = {"etcd": "server", "etcdctl": "etcdctl", "etcdutl": "etcdutl"}
    packages = {program: f"go.etcd.io/etcd/{part}/v3" for program, part in parts.items()}
    return _module(f"etcd-{version}", packages)


ADD_ONS = (
    _module(
        f"metallb-{METALLB}",
        {part: f"go.universe.tf/metallb/{part}" for part in ("controller", "speaker")},
    ),
    # One of its backends is written in C; it is not ours to choose.
    GoModule(
        MODULES / f"flannel-{FLANNEL}",
        {"flanneld": "github.com/flannel-io/flannel"},
        link="-extldflags -static",
        tags="netgo,osusergo",
        c_compiler=True,
    ),
    _module(
        f"flannel-cni-plugin-{FLANNEL_CNI_PLUGIN}",
        {"flannel": "github.com/containernetworking/plugins/plugins/meta/flannel"},
    ),
    _module(f"pause-{PAUSE}", {"pause": "."}),
)
