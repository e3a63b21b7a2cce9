"""flannel: a network between pods by VXLAN."""

import json
from dataclasses import dataclass

from provisioner.kubernetes.addons.building import (
    NAME,
    cluster_role,
    field,
    host_path,
    mount,
    namespace,
    placed,
    rule,
    value,
    workload,
)
from provisioner.kubernetes.addons.model import Object

NAMESPACE = "kube-flannel"
_NAME = "flannel"
_PLUGINS, _CONFIGURATION = "/opt/cni/bin", "/etc/cni/net.d"


@dataclass(frozen=True)
class Flannel:
    """`api_host` and `api_port` must be reachable from nodes that have no pod network yet."""

    pod_cidr: str
    api_host: str
    api_port: int
    version: str
    plugin_version: str


def objects(config: Flannel) -> tuple[Object, ...]:
    account = placed("ServiceAccount", NAMESPACE, _NAME)
    data = _data(config)
    return (
        namespace(NAMESPACE),
        account,
        *cluster_role(
            _NAME,
            account,
            (
                rule("", ["pods"], ["get"]),
                rule("", ["nodes"], ["get", "list", "watch"]),
                rule("", ["nodes/status"], ["patch"]),
            ),
        ),
        placed("ConfigMap", NAMESPACE, _NAME, data=data),
        workload(
            "DaemonSet",
            NAMESPACE,
            {NAME: _NAME},
            _pod(config),
            configured=data,
            updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}},
        ),
    )


def _data(config: Flannel) -> dict[str, str]:
    delegate = {"hairpinMode": True, "isDefaultGateway": True}
    plugins = [
        {"type": "flannel", "delegate": delegate},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    network = {
        "Network": config.pod_cidr,
        "EnableNFTables": False,
        "Backend": {"Type": "vxlan"},
    }
    return {
        "cni-conf.json": json.dumps({"name": "cbr0", "cniVersion": "0.3.1", "plugins": plugins}),
        "net-conf.json": json.dumps(network),
    }


def _pod(config: Flannel) -> Object:
    return {
        "hostNetwork": True,
        "dnsPolicy": "Default",
        "priorityClassName": "system-node-critical",
        "serviceAccountName": _NAME,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"operator": "Exists"}],
        "initContainers": [_install_plugin(config), _install_configuration(config)],
        "containers": [_daemon(config)],
        "volumes": [
            host_path("run", "/run/flannel"),
            host_path("plugins", _PLUGINS),
            host_path("cni", _CONFIGURATION),
            host_path("xtables-lock", "/run/xtables.lock", "FileOrCreate"),
            {"name": "configuration", "configMap": {"name": _NAME}},
        ],
    }


def _install_plugin(config: Flannel) -> Object:
    return {
        "name": "install-plugin",
        "image": f"ghcr.io/flannel-io/flannel-cni-plugin:{config.plugin_version}",
        "imagePullPolicy": "IfNotPresent",
        "command": ["cp"],
        "args": ["-f", "/flannel", f"{_PLUGINS}/flannel"],
        "volumeMounts": [mount("plugins", _PLUGINS)],
    }


def _install_configuration(config: Flannel) -> Object:
    """In one write, so that the container runtime never reads half of it; no tool but a shell."""
    source = {"configMapKeyRef": {"name": _NAME, "key": "cni-conf.json"}}
    return {
        "name": "install-configuration",
        "image": _image(config),
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c"],
        "args": [f'printf %s "$CNI_CONFIGURATION" > {_CONFIGURATION}/10-flannel.conflist'],
        "env": [{"name": "CNI_CONFIGURATION", "valueFrom": source}],
        "volumeMounts": [mount("cni", _CONFIGURATION)],
    }


def _daemon(config: Flannel) -> Object:
    """It knows the API by the cluster's endpoint: the Service's address needs kube-proxy first."""
    return {
        "name": "flannel",
        "image": _image(config),
        "imagePullPolicy": "IfNotPresent",
        # The node's own address: a floating one on the same interface is passed over.
        "args": ["--ip-masq", "--kube-subnet-mgr", "--iface=$(NODE_ADDRESS)"],
        "env": [
            field("POD_NAME", "metadata.name"),
            field("POD_NAMESPACE", "metadata.namespace"),
            field("NODE_ADDRESS", "status.hostIP"),
            value("KUBERNETES_SERVICE_HOST", config.api_host),
            value("KUBERNETES_SERVICE_PORT", str(config.api_port)),
        ],
        "resources": {"requests": {"cpu": "100m", "memory": "50Mi"}},
        "securityContext": {
            "privileged": False,
            "capabilities": {"add": ["NET_ADMIN", "NET_RAW"]},
        },
        "volumeMounts": [
            mount("run", "/run/flannel"),
            mount("configuration", "/etc/kube-flannel"),
            mount("xtables-lock", "/run/xtables.lock"),
        ],
    }


def _image(config: Flannel) -> str:
    return f"ghcr.io/flannel-io/flannel:{config.version}"
