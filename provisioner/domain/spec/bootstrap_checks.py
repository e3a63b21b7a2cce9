"""A cluster's way to make nodes against the rest of its document."""

import re
from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec

# kubeadm reads v1beta4 since then, which is what nodes are given.
_OLDEST_MINOR = 31
# Catches slips of the pen. Releases come three a year, so it stands in no upgrade's way for long.
_NEWEST_MINOR = 40
# What pke itself accepts (its version check).
_PKE_MINORS = range(19, 24)
_PUBLIC_KEY = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\n.+\n-----END PGP PUBLIC KEY BLOCK-----\s*", re.DOTALL
)
_OVERLAYS = ("kubelet_configuration", "kube_proxy_configuration")
_FIXED_KEYS = ("apiVersion", "kind")


def check_bootstrap(spec: ClusterSpec) -> Iterator[Fault]:
    yield from _version(spec)
    yield from _packages(spec)
    yield from _overlays(spec)
    if spec.bootstrap.method == "pke":
        yield from _pke(spec)


def _version(spec: ClusterSpec) -> Iterator[Fault]:
    minor = int(spec.kubernetes.version.split(".")[1])
    fields = ("kubernetes.version", "bootstrap.method")
    if spec.bootstrap.method == "kubeadm" and minor < _OLDEST_MINOR:
        advice = f"is too old: clusters are made of Kubernetes 1.{_OLDEST_MINOR} and newer"
        yield Fault("kubernetes.version", advice, rests_on=fields)
    if spec.bootstrap.method == "kubeadm" and minor > _NEWEST_MINOR:
        advice = f"is too new: this service makes clusters of Kubernetes up to 1.{_NEWEST_MINOR}"
        yield Fault("kubernetes.version", advice, rests_on=fields)
    if spec.bootstrap.method == "pke" and minor not in _PKE_MINORS:
        advice = f"pke installs 1.{_PKE_MINORS[0]} to 1.{_PKE_MINORS[-1]}; for others use kubeadm"
        yield Fault("kubernetes.version", advice, rests_on=fields)


def _packages(spec: ClusterSpec) -> Iterator[Fault]:
    install, packages = spec.bootstrap.install, spec.bootstrap.packages
    if packages is None:
        return
    if install == "image":
        advice = "is used by install packages alone; set that, or leave this out"
        yield Fault("bootstrap.packages", advice, rests_on=("bootstrap.install",))
    if packages.repository and packages.key is None:
        advice = "is needed with a repository of your own: its signing key, ASCII-armored"
        yield Fault("bootstrap.packages.key", advice, rests_on=("bootstrap.packages.repository",))
    if packages.key is not None and not _PUBLIC_KEY.fullmatch(packages.key.lstrip()):
        advice = "is no ASCII-armored public key; export it by gpg --armor --export"
        yield Fault("bootstrap.packages.key", advice)


def _overlays(spec: ClusterSpec) -> Iterator[Fault]:
    for name in _OVERLAYS:
        for key in _FIXED_KEYS:
            if key in getattr(spec.kubernetes, name):
                advice = "is set by the service; give the configuration's own fields alone"
                yield Fault(f"kubernetes.{_PATHS[name]}.{key}", advice)


def _pke(spec: ClusterSpec) -> Iterator[Fault]:
    """What pke has no flag for."""
    fields = ("bootstrap.method",)
    if spec.bootstrap.install == "packages":
        advice = "pke installs its packages itself; use install image"
        yield Fault("bootstrap.install", advice, rests_on=(*fields, "bootstrap.install"))
    if spec.control_plane.external_etcd:
        advice = "is not there for nodes made by pke; leave it out, or use kubeadm"
        yield Fault("controlPlane.externalEtcd", advice, rests_on=fields)
    for name, path in _PATHS.items():
        if getattr(spec.kubernetes, name):
            yield Fault(f"kubernetes.{path}", "pke takes none; leave it out", rests_on=fields)


_PATHS = {
    "kubelet_configuration": "kubeletConfiguration",
    "kube_proxy_configuration": "kubeProxyConfiguration",
    "ignore_preflight_errors": "ignorePreflightErrors",
}
