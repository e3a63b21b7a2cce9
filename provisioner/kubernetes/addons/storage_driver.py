"""vSphere CSI: persistent volumes on datastores, and the class that asks for them by default."""

from dataclasses import dataclass

from provisioner.kubernetes.addons.building import (
    NAME,
    digest,
    global_object,
    namespace,
    placed,
    secret,
    workload,
)
from provisioner.kubernetes.addons.model import Object
from provisioner.kubernetes.addons.storage_driver_access import (
    CONTROLLER,
    NAMESPACE,
    NODE,
    controller_access,
    node_access,
)
from provisioner.kubernetes.addons.storage_driver_pods import (
    CONFIG_FILE,
    CONFIG_SECRET,
    FEATURES,
    controller_pod,
    node_pod,
)
from provisioner.kubernetes.addons.vsphere import VSphere

DRIVER = "csi.vsphere.vmware.com"
STORAGE_CLASS = "vsphere"
_FEATURE_STATES = {"trigger-csi-fullsync": "false", "pv-to-backingdiskobjectid-mapping": "false"}
_AUTHORITY = "vcenter-ca.crt"


@dataclass(frozen=True)
class StorageDriver:
    """`cluster_id` marks the volumes in vSphere: unique, and the same for the cluster's life."""

    vsphere: VSphere
    cluster_id: str
    masters: int
    policy: str | None
    version: str


def objects(config: StorageDriver) -> tuple[Object, ...]:
    files = _files(config)
    configured = digest(files)
    replicas = min(config.masters, 3)
    driver = {"attachRequired": True, "podInfoOnMount": False}
    return (
        namespace(NAMESPACE),
        global_object("CSIDriver", DRIVER, "storage.k8s.io/v1", spec=driver),
        *controller_access(),
        *node_access(),
        placed("ConfigMap", NAMESPACE, FEATURES, data=dict(_FEATURE_STATES)),
        secret(NAMESPACE, CONFIG_SECRET, files),
        workload(
            "Deployment",
            NAMESPACE,
            {NAME: CONTROLLER},
            controller_pod(config.version, {NAME: CONTROLLER}),
            configured=configured,
            replicas=replicas,
            # One master has no room for a second one beside it.
            strategy={
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0},
            },
        ),
        workload("DaemonSet", NAMESPACE, {NAME: NODE}, node_pod(config.version)),
        _storage_class(config.policy),
    )


def _files(config: StorageDriver) -> dict[str, str]:
    """The driver's configuration, in the syntax of Git's."""
    vsphere = config.vsphere
    common = {"cluster-id": config.cluster_id}
    if vsphere.authority:
        common["ca-file"] = f"/etc/cloud/{_AUTHORITY}"
    if vsphere.thumbprint:
        common["thumbprint"] = vsphere.thumbprint
    server = {
        "insecure-flag": "false",
        "user": vsphere.user.get_secret_value(),
        "password": vsphere.password.get_secret_value(),
        "port": str(vsphere.port),
        "datacenters": ", ".join(vsphere.datacenters),
    }
    sections = {"Global": common, f"VirtualCenter {_quoted(vsphere.server)}": server}
    files = {CONFIG_FILE: "\n".join(_section(*one) for one in sections.items())}
    return files | ({_AUTHORITY: vsphere.authority} if vsphere.authority else {})


def _section(name: str, values: dict[str, str]) -> str:
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items()]
    return "\n".join((f"[{name}]", *lines, ""))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _storage_class(policy: str | None) -> Object:
    found = global_object(
        "StorageClass",
        STORAGE_CLASS,
        "storage.k8s.io/v1",
        provisioner=DRIVER,
        allowVolumeExpansion=True,
        volumeBindingMode="WaitForFirstConsumer",
        reclaimPolicy="Delete",
    )
    found["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    return found | ({"parameters": {"storagepolicyname": policy}} if policy else {})
