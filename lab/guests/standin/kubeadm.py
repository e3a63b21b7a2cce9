"""kubeadm: makes the same demands on what it is given, and leaves a node in memory."""

import shutil
from datetime import UTC, datetime, timedelta

from lab.guests.control_planes import ControlPlanes
from lab.guests.standin import joining, kubelet, pki
from lab.guests.standin.documents import (
    Document,
    node_address,
    node_labels,
    node_taints,
    read_documents,
)
from lab.guests.standin.joining import Cluster
from lab.guests.standin.kubelet import Registration
from lab.guests.standin.machine import Machine
from lab.guests.standin.result import ProgramFailed, Result
from lab.guests.standin.systemctl import floating_address
from lab.guests.standin.template import installed

START_TOKEN_LIFE = timedelta(minutes=1)
DEFAULT_PORT = 6443


class Kubeadm:
    def __init__(self, planes: ControlPlanes) -> None:
        self._planes = planes

    def version(self, machine: Machine) -> Result:
        return Result(output=f"v{installed(machine, 'kubeadm')}\n")

    def init(self, machine: Machine, config: str) -> Result:
        documents = read_documents(config)
        cluster, init = documents["ClusterConfiguration"], documents["InitConfiguration"]
        local = init["localAPIEndpoint"]
        authority = pki.authority(machine).certificate
        self._require_first(machine, authority)
        endpoint = cluster["controlPlaneEndpoint"]
        names = cluster.get("apiServer", {}).get("certSANs", [])
        hosts = [local["advertiseAddress"], machine.name, "kubernetes", *names]
        pki.make_certificates(machine, hosts, f"https://{endpoint}")
        node = _registration(
            init["nodeRegistration"], cluster["kubernetesVersion"], endpoint, local
        )
        node.save(machine, authority)
        self._serve(machine)
        self._add_tokens(authority, init)
        return Result(output="Your Kubernetes control-plane has initialized successfully!\n")

    def join(self, machine: Machine, config: str) -> Result:
        join = read_documents(config)["JoinConfiguration"]
        discovery = join["discovery"]
        kubeconfig = machine.read(discovery["file"]["kubeConfigPath"])
        cluster = Cluster.discovered(kubeconfig, discovery["tlsBootstrapToken"])
        endpoint = cluster.server.removeprefix("https://")
        local = join.get("controlPlane", {}).get("localAPIEndpoint")
        version = joining.version(cluster)
        node = _registration(join["nodeRegistration"], version, endpoint, local)
        if local:
            self._require_same(machine, cluster.authority)
            hosts = [local["advertiseAddress"], machine.name, endpoint.rpartition(":")[0]]
            pki.make_certificates(machine, [*hosts, *_floating(machine, endpoint)], cluster.server)
        joining.register(cluster, node)
        node.save(machine, cluster.authority)
        self._serve(machine)
        return Result(output="This node has joined the cluster.\n")

    def reset(self, machine: Machine) -> Result:
        kubelet.forget(machine, self._planes)
        for path in ("/etc/kubernetes", "/var/lib/kubelet"):
            shutil.rmtree(machine.path(path), ignore_errors=True)
        return Result()

    def _serve(self, machine: Machine) -> None:
        try:
            plane = kubelet.start(machine, self._planes)
        except OSError as error:
            raise ProgramFailed(f"the API server could not start: {error}\n") from error
        if plane and not plane.holder and machine.config.get("keepalived"):
            raise ProgramFailed("timed out waiting for the control plane at its endpoint\n")

    def _require_first(self, machine: Machine, authority: str) -> None:
        """Two clusters from one authority would be the worst of all mistakes: say it loudly."""
        plane = self._planes.find(authority)
        if plane and plane.masters - {machine.name}:
            raise ProgramFailed(f"{sorted(plane.masters)} have started this cluster already\n")

    def _require_same(self, machine: Machine, authority: str) -> None:
        if pki.authority(machine).certificate.strip() != authority.strip():
            raise ProgramFailed("the CA on the disk is not the one of the cluster to join\n")

    def _add_tokens(self, authority: str, init: Document) -> None:
        plane = self._planes.ensure(authority, "")
        expires_at = datetime.now(UTC) + START_TOKEN_LIFE
        for token in init.get("bootstrapTokens", ()):
            plane.cluster.add_bootstrap_token(token["token"], expires_at)


def _registration(
    registration: Document, version: str, endpoint: str, local: Document | None
) -> Registration:
    return Registration(
        name=registration["name"],
        address=node_address(registration),
        version=version,
        endpoint=endpoint,
        port=int(local.get("bindPort", DEFAULT_PORT)) if local else None,
        labels=node_labels(registration),
        taints=node_taints(registration, local is not None),
    )


def _floating(machine: Machine, endpoint: str) -> list[str]:
    address = floating_address(machine, endpoint)
    return [address] if address else []
