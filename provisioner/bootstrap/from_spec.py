"""A node as the bootstrapper wants it: the cluster's document, and what is known of the node."""

from provisioner.bootstrap.identity import Identity, ServiceAccess, placeholder
from provisioner.bootstrap.model import ExternalEtcd, NodeBootstrap, VSphereWorkspace
from provisioner.domain.clusters import role
from provisioner.domain.naming import longest_node_name
from provisioner.domain.spec.cluster import ClusterSpec, NodePool
from provisioner.domain.virtual_machines import Fact


class Surroundings(Fact):
    """What the cluster uses that others provide."""

    etcd: ExternalEtcd | None = None
    vsphere: VSphereWorkspace | None = None


ALONE = Surroundings()


def node_bootstrap(
    spec: ClusterSpec,
    group: str,
    identity: Identity,
    access: ServiceAccess,
    around: Surroundings = ALONE,
) -> NodeBootstrap:
    """Raises KeyError when the document has no such group."""
    pool = spec.machine(group)
    return NodeBootstrap(
        **dict(identity),
        **dict(around),
        cluster_name=spec.name,
        role=role(group),
        node_pool=group,
        api_url=access.url,
        api_authority=access.authority,
        poll_seconds=access.poll_seconds,
        bootstrap_seconds=access.bootstrap_seconds,
        kubernetes=spec.kubernetes,
        bootstrap=spec.bootstrap,
        image_registry=spec.image_registry,
        logs_in=spec.image_registry_login is not None,
        external_cloud_provider=spec.storage is not None and spec.bootstrap.method == "kubeadm",
        endpoint=spec.endpoint,
        schedulable=spec.control_plane.schedulable,
        labels=pool.labels if isinstance(pool, NodePool) else {},
        taints=pool.taints if isinstance(pool, NodePool) else (),
        ssh_keys=spec.ssh_keys,
        proxy=spec.proxy,
        trusted_cas=spec.trusted_cas,
    )


def largest_identity(spec: ClusterSpec, group: str) -> Identity:
    """Of no node: takes as much room, packed, as any that a node of the group may have."""
    pool = spec.machine(group)
    networks = spec.placement.overlaid(pool.placement).networks
    return placeholder(longest_node_name(spec.name, group), pool.addresses, len(networks))
