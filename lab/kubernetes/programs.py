"""Which programs the lab builds, from which module and how. Pure."""

from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Module:
    """A folder in modules/ and what is built of it: packages by the name of their program."""

    name: str
    packages: dict[str, str]
    link: str = ""
    tags: str = ""
    c_compiler: bool = False

    @property
    def folder(self) -> Path:
        return MODULES / self.name


def modules(release: Release) -> tuple[Module, ...]:
    """All that a cluster of this release needs, Kubernetes itself first."""
    return (
        _kubernetes(release),
        _etcd(release.etcd),
        Module(f"coredns-{release.coredns}", {"coredns": "github.com/coredns/coredns"}),
        *ADD_ONS,
    )


def _kubernetes(release: Release) -> Module:
    major, minor = release.minor.split(".")
    base = "k8s.io/component-base/version"
    values = {
        f"{base}.gitVersion": f"v{release.version}",
        f"{base}.gitMajor": major,
        f"{base}.gitMinor": minor,
        "k8s.io/client-go/pkg/version.gitVersion": f"v{release.version}",
    }
    return Module(
        f"kubernetes-{release.version}",
        {program: f"k8s.io/kubernetes/cmd/{program}" for program in KUBERNETES},
        link=" ".join(f"-X {name}={value}" for name, value in values.items()),
    )


def _etcd(version: str) -> Module:
    parts = {"etcd": "server", "etcdctl": "etcdctl", "etcdutl": "etcdutl"}
    packages = {program: f"go.etcd.io/etcd/{part}/v3" for program, part in parts.items()}
    return Module(f"etcd-{version}", packages)


ADD_ONS = (
    Module(
        f"metallb-{METALLB}",
        {part: f"go.universe.tf/metallb/{part}" for part in ("controller", "speaker")},
    ),
    # One of its backends is written in C; it is not ours to choose.
    Module(
        f"flannel-{FLANNEL}",
        {"flanneld": "github.com/flannel-io/flannel"},
        link="-extldflags -static",
        tags="netgo,osusergo",
        c_compiler=True,
    ),
    Module(
        f"flannel-cni-plugin-{FLANNEL_CNI_PLUGIN}",
        {"flannel": "github.com/containernetworking/plugins/plugins/meta/flannel"},
    ),
    Module(f"pause-{PAUSE}", {"pause": "."}),
)
