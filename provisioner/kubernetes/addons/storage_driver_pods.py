"""The pods of vSphere CSI: one kind talks to the vCenter, one mounts volumes on every node."""

from collections.abc import Iterator, Mapping

from provisioner.kubernetes.addons.building import field, host_path, mount, tolerated, value
from provisioner.kubernetes.addons.model import Object
from provisioner.kubernetes.addons.storage_driver_access import CONTROLLER, NODE

CONFIG_SECRET, CONFIG_FILE = "vsphere-config-secret", "csi-vsphere.conf"
FEATURES = "internal-feature-states.csi.vsphere.vmware.com"

# Kubernetes' own containers beside the driver, as it was tested with.
_SIDECARS = {
    "csi-attacher": "v4.9.0",
    "csi-resizer": "v1.12.0",
    "csi-provisioner": "v4.0.1",
    "csi-node-driver-registrar": "v2.13.0",
    "livenessprobe": "v2.15.0",
}
_MASTER = "node-role.kubernetes.io/control-plane"
_SOCKET, _PLUGIN = "/csi/csi.sock", "/var/lib/kubelet/plugins/csi.vsphere.vmware.com"
_HEALTH = 9808
_LEADING = ["--leader-election", "--kube-api-qps=100", "--kube-api-burst=100", "--timeout=300s"]


def controller_pod(version: str, labels: Mapping[str, str]) -> Object:
    """`labels` keep two of them off the same master."""
    apart = {
        "labelSelector": {"matchLabels": dict(labels)},
        "topologyKey": "kubernetes.io/hostname",
    }
    volume = mount("socket", "/csi")
    return {
        "serviceAccountName": CONTROLLER,
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "nodeSelector": {_MASTER: ""},
        "tolerations": [tolerated(_MASTER)],
        "affinity": {
            "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}
        },
        "containers": [
            _sidecar("csi-attacher", volume, *_LEADING),
            _sidecar("csi-resizer", volume, *_LEADING, "--handle-volume-inuse-error=false"),
            _sidecar("csi-provisioner", volume, *_LEADING, "--default-fstype=ext4"),
            _sidecar("livenessprobe", volume),
            _driver(version, "controller", _controller_environment(), volume) | _as_nobody(),
            _syncer(version),
        ],
        "volumes": [
            {"name": "configuration", "secret": {"secretName": CONFIG_SECRET}},
            {"name": "socket", "emptyDir": {}},
        ],
    }


def node_pod(version: str) -> Object:
    plugin = mount("plugin", "/csi")
    registrar = _sidecar(
        "csi-node-driver-registrar",
        plugin,
        f"--kubelet-registration-path={_PLUGIN}/csi.sock",
    )
    registrar["volumeMounts"].append(mount("registration", "/registration"))
    driver = _driver(version, "node", _node_environment(), plugin)
    driver["securityContext"] = {"privileged": True}
    driver["volumeMounts"] += [
        mount("kubelet", "/var/lib/kubelet", mountPropagation="Bidirectional"),
        mount("devices", "/dev"),
        mount("blocks", "/sys/block"),
        mount("sys-devices", "/sys/devices"),
    ]
    return {
        "hostNetwork": True,
        "dnsPolicy": "ClusterFirstWithHostNet",
        "serviceAccountName": NODE,
        "priorityClassName": "system-node-critical",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"operator": "Exists"}],
        "containers": [registrar, driver, _sidecar("livenessprobe", plugin)],
        "volumes": [
            host_path("registration", "/var/lib/kubelet/plugins_registry", "Directory"),
            host_path("plugin", _PLUGIN),
            host_path("kubelet", "/var/lib/kubelet", "Directory"),
            host_path("devices", "/dev", "Directory"),
            host_path("blocks", "/sys/block", "Directory"),
            host_path("sys-devices", "/sys/devices", "Directory"),
        ],
    }


def _sidecar(name: str, socket: Object, *args: str) -> Object:
    return {
        "name": name,
        "image": f"registry.k8s.io/sig-storage/{name}:{_SIDECARS[name]}",
        "imagePullPolicy": "IfNotPresent",
        "args": ["--v=4", f"--csi-address={_SOCKET}", *args],
        "volumeMounts": [socket],
    }


def _driver(version: str, mode: str, environment: Iterator[Object], socket: Object) -> Object:
    configuration = [_configuration()] if mode == "controller" else []
    return {
        "name": "vsphere-csi",
        "image": f"registry.k8s.io/csi-vsphere/driver:{version}",
        "imagePullPolicy": "IfNotPresent",
        "args": _features(),
        "env": [
            value("CSI_ENDPOINT", f"unix://{_SOCKET}"),
            value("X_CSI_MODE", mode),
            value("X_CSI_SPEC_DISABLE_LEN_CHECK", "true"),
            *_common_environment(),
            *environment,
        ],
        "ports": [{"name": "healthz", "containerPort": _HEALTH}],
        "livenessProbe": {
            "httpGet": {"path": "/healthz", "port": "healthz"},
            "initialDelaySeconds": 30,
            "timeoutSeconds": 10,
            "periodSeconds": 30,
        },
        "volumeMounts": [*configuration, socket],
    }


def _syncer(version: str) -> Object:
    return {
        "name": "vsphere-syncer",
        "image": f"registry.k8s.io/csi-vsphere/syncer:{version}",
        "imagePullPolicy": "IfNotPresent",
        "args": ["--leader-election", *_features()],
        "env": [
            value("FULL_SYNC_INTERVAL_MINUTES", "30"),
            *_common_environment(),
            *_vcenter_environment(),
        ],
        "volumeMounts": [_configuration()],
        **_as_nobody(),
    }


def _features() -> list[str]:
    return [f"--fss-name={FEATURES}", "--fss-namespace=$(CSI_NAMESPACE)"]


def _configuration() -> Object:
    return mount("configuration", "/etc/cloud", readOnly=True)


def _common_environment() -> Iterator[Object]:
    yield value("LOGGER_LEVEL", "PRODUCTION")
    yield field("CSI_NAMESPACE", "metadata.namespace")


def _vcenter_environment() -> Iterator[Object]:
    yield value("VSPHERE_CSI_CONFIG", f"/etc/cloud/{CONFIG_FILE}")
    yield value("INCLUSTER_CLIENT_QPS", "100")
    yield value("INCLUSTER_CLIENT_BURST", "100")


def _controller_environment() -> Iterator[Object]:
    yield value("X_CSI_SERIAL_VOL_ACCESS_TIMEOUT", "3m")
    yield from _vcenter_environment()


def _node_environment() -> Iterator[Object]:
    yield field("NODE_NAME", "spec.nodeName")
    yield value("X_CSI_SPEC_REQ_VALIDATION", "false")
    # As many disks as a VM's SCSI controllers carry beside its own.
    yield value("MAX_VOLUMES_PER_NODE", "59")
    yield value("NODEGETINFO_WATCH_TIMEOUT_MINUTES", "1")


def _as_nobody() -> Object:
    return {"securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532}}
