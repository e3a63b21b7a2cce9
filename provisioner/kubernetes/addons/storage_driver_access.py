"""What vSphere CSI's two programs may do."""

from collections.abc import Iterator

from provisioner.kubernetes.addons.building import READ, cluster_role, placed, role, rule
from provisioner.kubernetes.addons.model import Object

NAMESPACE = "vmware-system-csi"
CONTROLLER, NODE = "vsphere-csi-controller", "vsphere-csi-node"
_CNS, _SNAPSHOTS, _STORAGE = "cns.vmware.com", "snapshot.storage.k8s.io", "storage.k8s.io"


def controller_access() -> Iterator[Object]:
    account = placed("ServiceAccount", NAMESPACE, CONTROLLER)
    yield account
    yield from cluster_role(
        CONTROLLER,
        account,
        (
            rule("", ["nodes", "pods"], READ),
            rule("", ["configmaps"], [*READ, "create"]),
            rule("", ["persistentvolumeclaims"], [*READ, "update"]),
            rule("", ["persistentvolumeclaims/status"], ["patch"]),
            rule("", ["persistentvolumes"], [*READ, "create", "update", "delete", "patch"]),
            rule("", ["events"], [*READ, "create", "update", "patch"]),
            rule("coordination.k8s.io", ["leases"], [*READ, "create", "update", "delete"]),
            rule(_STORAGE, ["storageclasses", "csinodes"], READ),
            rule(_STORAGE, ["volumeattachments"], [*READ, "patch"]),
            rule(_STORAGE, ["volumeattachments/status"], ["patch"]),
            # The driver defines kinds of its own when it starts.
            rule(
                "apiextensions.k8s.io", ["customresourcedefinitions"], ["get", "create", "update"]
            ),
            rule(_CNS, ["triggercsifullsyncs"], [*READ, "create", "update"]),
            rule(_CNS, ["cnsvspherevolumemigrations"], [*READ, "create", "update", "delete"]),
            rule(_CNS, ["cnsvolumeinfoes"], [*READ, "create", "delete"]),
            rule(_CNS, ["cnsvolumeoperationrequests"], [*READ, "create", "update", "delete"]),
            rule(_CNS, ["csinodetopologies"], [*READ, "update"]),
            rule(_SNAPSHOTS, ["volumesnapshots", "volumesnapshotclasses"], READ),
            rule(_SNAPSHOTS, ["volumesnapshotcontents"], READ),
        ),
    )


def node_access() -> Iterator[Object]:
    account = placed("ServiceAccount", NAMESPACE, NODE)
    yield account
    yield from cluster_role(
        NODE,
        account,
        (
            rule(_CNS, ["csinodetopologies"], ["get", "create", "watch", "patch"]),
            rule("", ["nodes"], ["get"]),
        ),
    )
    yield from role(NODE, account, (rule("", ["configmaps"], READ),))
