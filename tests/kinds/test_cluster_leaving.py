"""A node leaves its cluster: emptied before its VM goes, forgotten after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Timer

import pytest

from lab.guests.kubernetes.objects import Object
from lab.guests.kubernetes.pods import SeedPod
from lab.guests.kubernetes.resources import NODES, VOLUME_ATTACHMENTS
from lab.guests.kubernetes_api import InMemoryCluster
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.kubernetes.errors import ApiUnreachable
from provisioner.settings import Settings
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.vault import Vault
from tests.etcd.ring import loopback
from tests.kinds.kubernetes import serving
from tests.store.estate import Estate
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_care import Check, ClusterCare
from workflows.kinds.cluster_draining import Draining
from workflows.kinds.cluster_joining import ClusterJoining
from workflows.kinds.cluster_leaving import ClusterLeaving
from workflows.kinds.cluster_remains import CONDITION, ClusterRemains
from workflows.kinds.kubelet_certificates import KubeletCertificates

WEB = {"app": "web"}


@dataclass
class World:
    estate: Estate
    vault: Vault
    resource: str
    vip: str
    access: ClusterAccess
    cluster: InMemoryCluster
    settings: Settings

    @property
    def worker(self) -> Node:
        return self.estate.nodes(self.resource, "pool1")[0]

    def retire(self, seconds: float = 10.0) -> str | None:
        until = utc_now() + timedelta(seconds=seconds)
        leaving = parting(self.estate, self.vault, self.access, self.settings)
        return leaving.retire(self.worker.id, until, never)

    def keep_a_pod(self) -> None:
        self.cluster.add_pod(SeedPod("default", "web-1", self.worker.name, labels=WEB))
        self.cluster.set_disruption_budget("default", "web", WEB, min_available=1)

    def attach(self, volume: str) -> None:
        spec = {
            "attacher": "csi.vsphere.vmware.com",
            "nodeName": self.worker.name,
            "source": {"persistentVolumeName": volume},
        }
        body = {"metadata": {"name": f"csi-{volume}"}, "spec": spec}
        self.cluster.objects.create(VOLUME_ATTACHMENTS, "", body)

    def detach(self, volume: str) -> None:
        self.cluster.objects.delete(VOLUME_ATTACHMENTS, "", f"csi-{volume}")

    def mount_in_tree(self, *volumes: str) -> None:
        attached = [{"name": name, "devicePath": ""} for name in volumes]

        def edit(node: Object) -> Object:
            return node | {"status": node["status"] | {"volumesAttached": attached}}

        self.cluster.objects.change(NODES, "", self.worker.name, edit)

    def care(self) -> list[str]:
        check = Check(CONDITION, ClusterRemains(self.estate.database, self.settings).look)
        found = ClusterCare(self.estate.database, self.access, [check]).look(self.resource)
        return [one.type for one in found]


def never() -> bool:
    return False


def parting(
    estate: Estate,
    vault: Vault,
    access: ClusterAccess | None = None,
    settings: Settings | None = None,
) -> ClusterLeaving:
    given = (estate.database, vault, access or ClusterAccess(estate.database, vault))
    asked = settings or Settings()
    joining = ClusterJoining(*given, KubeletCertificates(estate.database), asked)
    return ClusterLeaving(*given, joining, asked)


@pytest.fixture
def world(estate: Estate, vault: Vault) -> Iterator[World]:
    vip = loopback()
    resource = estate.cluster(endpoint={"vip": vip})
    vault.ensure_cluster_authorities(ResourceId(resource), "c1")
    estate.settle(resource)
    access = ClusterAccess(estate.database, vault, certificate_seconds=4)
    with serving(vault, resource, vip) as cluster:
        for node in estate.nodes(resource):
            cluster.add_node(node.name)
        settings = Settings(detach_seconds=1)
        yield World(estate, vault, resource, vip, access, cluster, settings)
        access.forget(resource)


def test_a_drain_outlives_the_certificate_it_began_with(world: World) -> None:
    world.keep_a_pod()
    draining = Draining(world.access, timedelta(seconds=1), round=timedelta(seconds=1))
    until = utc_now() + timedelta(seconds=6)
    left = draining.run(world.worker, until, lambda: None)
    assert left
    assert "default/web-1 is kept by its disruption budget" in left
    assert utc_now() >= until


def test_what_a_budget_keeps_goes_all_the_same_and_is_named(world: World) -> None:
    world.keep_a_pod()
    warning = world.retire(seconds=0)
    assert warning
    assert "default/web-1" in warning
    assert warning.endswith("it is removed all the same")
    assert world.worker.name not in world.cluster.node_names()


def test_volumes_are_waited_for(world: World) -> None:
    world.attach("pvc-1")
    detaching = Timer(0.3, world.detach, ["pvc-1"])
    detaching.start()
    assert world.retire() is None
    assert not detaching.is_alive()
    assert world.worker.name not in world.cluster.node_names()


def test_volumes_that_stay_are_told_of(world: World) -> None:
    """Those of the provider within Kubernetes have no VolumeAttachment."""
    world.attach("pvc-1")
    world.mount_in_tree("kubernetes.io/vsphere-volume/[ds] kubevols/a.vmdk", "kubernetes.io/csi/x")
    warning = world.retire()
    assert warning
    told = "still has volumes attached: kubernetes.io/vsphere-volume/[ds] kubevols/a.vmdk, pvc-1;"
    assert told in warning


def test_other_nodes_volumes_hold_nobody_up(world: World) -> None:
    world.attach("pvc-1")
    other = world.estate.nodes(world.resource, "pool1")[1]
    assert world.access.api(world.resource).attached_volumes(other.name) == []


def test_volumes_of_a_machine_that_is_gone_are_free_at_once(world: World, estate: Estate) -> None:
    """Kubernetes itself would wait for six minutes, as it can't know that nothing writes there."""
    node = world.worker
    estate.set(node, phase=Phase.REMOVING, join_token_id="abcdef")
    world.attach("pvc-1")
    marked: list[object] = []

    def detach_when_marked() -> bool:
        marked.extend(world.cluster.objects.get(NODES, "", node.name)["spec"]["taints"])
        world.detach("pvc-1")
        return False

    parting(estate, world.vault, world.access).bury(node.id, detach_when_marked)
    assert marked == [
        {
            "key": "node.kubernetes.io/out-of-service",
            "value": "nodeshutdown",
            "effect": "NoExecute",
        }
    ]
    assert node.name not in world.cluster.node_names()


def test_a_deletion_waits_for_no_volume(world: World, estate: Estate) -> None:
    node = world.worker
    estate.set(node, phase=Phase.REMOVING, join_token_id="abcdef")
    world.attach("pvc-1")

    def ask_for_deletion() -> bool:
        estate.delete(world.resource)
        return False

    parting(estate, world.vault, world.access).bury(node.id, ask_for_deletion)
    assert node.name in world.cluster.node_names()


def test_who_is_gone_is_forgotten_when_the_api_answers_again(
    world: World, estate: Estate, vault: Vault
) -> None:
    """A StatefulSet's pods would wait for a Node that nobody is, for ever."""
    node = world.worker
    estate.set(node, phase=Phase.REMOVING, join_token_id="abcdef")
    estate.change(world.resource, endpoint={"vip": loopback()})
    with pytest.raises(ApiUnreachable) as unreachable:
        parting(estate, vault).bury(node.id, never)
    assert unreachable.value.transient
    estate.change(world.resource, endpoint={"vip": world.vip})
    estate.set(node, phase=Phase.GONE, gone_at=utc_now())
    world.cluster.add_node("a-stranger")
    world.care()
    names = world.cluster.node_names()
    assert node.name not in names
    assert "a-stranger" in names
    assert {one.name for one in estate.nodes(world.resource) if one.id != node.id} < set(names)


def test_nothing_is_asked_of_a_cluster_that_never_served(estate: Estate, vault: Vault) -> None:
    resource = estate.cluster(endpoint={"vip": loopback()})
    estate.finish(resource)
    estate.look(resource)
    leader = estate.nodes(resource, "control-plane")[0]
    estate.set(leader, phase=Phase.REMOVING, leading_at=estate.now)
    parting(estate, vault).bury(leader.id, never)
