"""MetalLB on layer 2: gives Services of type LoadBalancer addresses of the cluster's ranges."""

from collections.abc import Sequence
from typing import Any

from provisioner.kubernetes.addons.building import (
    NAME,
    field,
    mount,
    namespace,
    placed,
    tolerated,
    value,
    workload,
)
from provisioner.kubernetes.addons.metallb_access import CONTROLLER, MEMBERLIST, SPEAKER, access
from provisioner.kubernetes.addons.metallb_definitions import (
    GROUP,
    NAMESPACE,
    WEBHOOK_SERVICE,
    definitions,
    webhooks,
)
from provisioner.kubernetes.addons.model import Object

_POOL = "default"
_CERTIFICATE, _EXCLUDED = "metallb-webhook-cert", "metallb-excludel2"
_PORT = 7472
# Addresses are announced on the nodes' own networks, never into the pods'.
_NO_ANNOUNCEMENT = [
    "^lo$",
    "^(docker|cbr|cni|flannel|cali|tunl|veth|dummy|virbr|lxc|cilium|kube-ipvs|nodelocaldns).*",
]


def objects(ranges: Sequence[str], version: str, by_masters: bool) -> tuple[Object, ...]:
    """`ranges` are `first-last`, CIDR or one address. `by_masters`: they announce addresses, too,
    though kubeadm labels them as excluded from load balancers.
    """
    return (
        namespace(NAMESPACE),
        *definitions(),
        *access(),
        placed("ConfigMap", NAMESPACE, _EXCLUDED, data={"excludel2.yaml": _excluded()}),
        # The controller fills it with the certificate of its webhooks.
        placed("Secret", NAMESPACE, _CERTIFICATE),
        placed(
            "Service",
            NAMESPACE,
            WEBHOOK_SERVICE,
            spec={"ports": [{"port": 443, "targetPort": 9443}], "selector": {NAME: CONTROLLER}},
        ),
        _controller(version),
        _speaker(version, by_masters),
        webhooks(),
        *pool(ranges),
    )


def pool(ranges: Sequence[str]) -> tuple[Object, Object]:
    addresses = [_as_range(one) for one in ranges]
    return (
        _object("IPAddressPool", {"addresses": addresses}),
        _object("L2Advertisement", {"ipAddressPools": [_POOL]}),
    )


def _as_range(text: str) -> str:
    """MetalLB refuses single addresses."""
    return text if "-" in text or "/" in text else f"{text}/32"


def _object(kind: str, spec: dict[str, Any]) -> Object:
    return placed(kind, NAMESPACE, _POOL, f"{GROUP}/v1beta1", spec=spec)


def _excluded() -> str:
    patterns = ", ".join(f'"{one}"' for one in _NO_ANNOUNCEMENT)
    return f"announcedInterfacesToExclude: [{patterns}]\n"


def _controller(version: str) -> Object:
    serving = "/tmp/k8s-webhook-server/serving-certs"  # noqa: S108 - its default, in its container
    container = _container(CONTROLLER, version) | {
        "args": [f"--port={_PORT}", "--log-level=info", "--tls-min-version=VersionTLS12"],
        "env": [
            value("METALLB_ML_SECRET_NAME", MEMBERLIST),
            value("METALLB_DEPLOYMENT", CONTROLLER),
        ],
        "ports": [
            {"name": "monitoring", "containerPort": _PORT},
            {"name": "webhooks", "containerPort": 9443},
        ],
        "securityContext": _locked_down(),
        "volumeMounts": [mount("certificate", serving, readOnly=True)],
    }
    pod = {
        "serviceAccountName": CONTROLLER,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534, "fsGroup": 65534},
        "terminationGracePeriodSeconds": 0,
        "tolerations": [tolerated("node-role.kubernetes.io/control-plane")],
        "containers": [container],
        "volumes": [{"name": "certificate", "secret": {"secretName": _CERTIFICATE}}],
    }
    return workload("Deployment", NAMESPACE, {NAME: CONTROLLER}, pod, replicas=1)


def _speaker(version: str, by_masters: bool) -> Object:
    labels = {NAME: SPEAKER}
    unexcluded = ["--ignore-exclude-lb"] if by_masters else []
    container = _container(SPEAKER, version) | {
        "args": [f"--port={_PORT}", "--log-level=info", *unexcluded],
        "env": [
            field("METALLB_NODE_NAME", "spec.nodeName"),
            field("METALLB_POD_NAME", "metadata.name"),
            field("METALLB_HOST", "status.hostIP"),
            field("METALLB_ML_BIND_ADDR", "status.podIP"),
            value("METALLB_ML_LABELS", f"{NAME}={SPEAKER}"),
            value("METALLB_ML_SECRET_KEY_PATH", "/etc/ml_secret_key"),
        ],
        "ports": [
            {"name": "monitoring", "containerPort": _PORT},
            {"name": "members-tcp", "containerPort": 7946, "protocol": "TCP"},
            {"name": "members-udp", "containerPort": 7946, "protocol": "UDP"},
        ],
        "securityContext": _locked_down("NET_RAW"),
        "volumeMounts": [
            mount(MEMBERLIST, "/etc/ml_secret_key", readOnly=True),
            mount("excluded", "/etc/metallb", readOnly=True),
        ],
    }
    pod = {
        "hostNetwork": True,
        "serviceAccountName": SPEAKER,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "terminationGracePeriodSeconds": 2,
        "tolerations": [tolerated("node-role.kubernetes.io/control-plane")],
        "containers": [container],
        "volumes": [
            {"name": MEMBERLIST, "secret": {"secretName": MEMBERLIST}},
            {"name": "excluded", "configMap": {"name": _EXCLUDED}},
        ],
    }
    return workload("DaemonSet", NAMESPACE, labels, pod, configured=_NO_ANNOUNCEMENT)


def _container(name: str, version: str) -> Object:
    probe = {"httpGet": {"path": "/metrics", "port": "monitoring"}}
    return {
        "name": name,
        "image": f"quay.io/metallb/{name}:{version}",
        "imagePullPolicy": "IfNotPresent",
        "livenessProbe": probe | {"initialDelaySeconds": 10, "periodSeconds": 10},
        "readinessProbe": probe | {"initialDelaySeconds": 1, "periodSeconds": 2},
    }


def _locked_down(*capabilities: str) -> Object:
    added = {"add": [*capabilities]} if capabilities else {}
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], **added},
    }
