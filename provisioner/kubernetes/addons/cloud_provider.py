"""vSphere's cloud provider: gives nodes their addresses and provider IDs."""

from dataclasses import dataclass

import yaml

from provisioner.kubernetes.addons.building import (
    NAME,
    READ,
    bound_to,
    cluster_role,
    mount,
    placed,
    rule,
    secret,
    tolerated,
    workload,
)
from provisioner.kubernetes.addons.model import Object
from provisioner.kubernetes.addons.vsphere import VSphere

_NAMESPACE, _NAME = "kube-system", "vsphere-cloud-controller-manager"
_SECRET, _CONFIG = "vsphere-cloud-secret", "vsphere-cloud-config"
_FOLDER, _AUTHORITY = "/etc/cloud", "vcenter-ca.crt"
_MASTER = "node-role.kubernetes.io/control-plane"


@dataclass(frozen=True)
class CloudProvider:
    """`floating` must never become a node's address; None when the API has no such address."""

    vsphere: VSphere
    floating: str | None
    version: str


def objects(config: CloudProvider) -> tuple[Object, ...]:
    account = placed("ServiceAccount", _NAMESPACE, _NAME)
    data, logins = _data(config), _logins(config.vsphere)
    return (
        account,
        *cluster_role(_NAME, account, _rules()),
        bound_to("extension-apiserver-authentication-reader", _NAMESPACE, _NAME, account),
        secret(_NAMESPACE, _SECRET, logins),
        placed("ConfigMap", _NAMESPACE, _CONFIG, data=data),
        workload("DaemonSet", _NAMESPACE, {NAME: _NAME}, _pod(config), configured=data),
    )


def _logins(vsphere: VSphere) -> dict[str, str]:
    return {
        f"{vsphere.server}.username": vsphere.user.get_secret_value(),
        f"{vsphere.server}.password": vsphere.password.get_secret_value(),
    }


def _data(config: CloudProvider) -> dict[str, str]:
    vsphere = config.vsphere
    common = {
        "port": vsphere.port,
        "insecureFlag": False,
        "secretName": _SECRET,
        "secretNamespace": _NAMESPACE,
    }
    if vsphere.authority:
        common["caFile"] = f"{_FOLDER}/{_AUTHORITY}"
    server = {"server": vsphere.server, "datacenters": [*vsphere.datacenters]}
    if vsphere.thumbprint:
        common["thumbprint"] = vsphere.thumbprint
    told: Object = {"global": common, "vcenter": {vsphere.server: server}}
    if config.floating:
        told["nodes"] = {
            "excludeInternalNetworkSubnetCidr": f"{config.floating}/32",
            "excludeExternalNetworkSubnetCidr": f"{config.floating}/32",
        }
    files = {"vsphere.conf": yaml.safe_dump(told, sort_keys=False)}
    return files | ({_AUTHORITY: vsphere.authority} if vsphere.authority else {})


def _rules() -> tuple[Object, ...]:
    return (
        rule("", ["events"], ["create", "patch", "update"]),
        rule("", ["nodes"], ["*"]),
        rule("", ["nodes/status"], ["patch"]),
        rule("", ["services"], ["list", "watch", "patch", "update"]),
        rule("", ["services/status"], ["patch"]),
        rule("", ["serviceaccounts"], [*READ, "create", "update"]),
        rule("", ["persistentvolumes"], [*READ, "update"]),
        rule("", ["endpoints"], [*READ, "create", "update"]),
        rule("", ["secrets"], READ),
        rule("coordination.k8s.io", ["leases"], [*READ, "create", "update"]),
    )


def _pod(config: CloudProvider) -> Object:
    container = {
        "name": _NAME,
        "image": f"registry.k8s.io/cloud-pv-vsphere/cloud-provider-vsphere:{config.version}",
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--cloud-provider=vsphere",
            f"--cloud-config={_FOLDER}/vsphere.conf",
            "--v=2",
        ],
        "resources": {"requests": {"cpu": "100m"}},
        "volumeMounts": [mount("configuration", _FOLDER, readOnly=True)],
    }
    return {
        "hostNetwork": True,
        "priorityClassName": "system-node-critical",
        "serviceAccountName": _NAME,
        "securityContext": {"runAsUser": 1001},
        "nodeSelector": {_MASTER: ""},
        "tolerations": [
            tolerated("node.cloudprovider.kubernetes.io/uninitialized"),
            tolerated(_MASTER),
            tolerated("node.kubernetes.io/not-ready"),
        ],
        "containers": [container],
        "volumes": [{"name": "configuration", "configMap": {"name": _CONFIG}}],
    }
