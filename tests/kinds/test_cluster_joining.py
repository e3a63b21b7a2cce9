"""Bootstrap tokens: one for each node whose turn has come, whatever becomes of the others'."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from lab.guests.kubernetes.resources import SECRETS
from lab.guests.kubernetes_api import InMemoryCluster
from lab.openbao import OpenBao
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.settings import Settings
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.errors import SecretNotFound, VaultError
from provisioner.vault.layout import KV_MOUNT, join_token_path
from provisioner.vault.vault import Vault
from tests.etcd.ring import loopback
from tests.kinds.kubernetes import serving
from tests.store.estate import Estate
from tests.workflow.waiting import until
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_joining import ClusterJoining
from workflows.kinds.kubelet_certificates import KubeletCertificates

WORKERS = 33
SECONDS = 10


@dataclass
class World:
    estate: Estate
    vault: Vault
    resource: str
    access: ClusterAccess
    joining: ClusterJoining
    cluster: InMemoryCluster

    @property
    def workers(self) -> list[Node]:
        return self.estate.nodes(self.resource, "pool1")

    def ensure_tokens(self) -> None:
        self.joining.ensure_tokens(self.resource)

    def token(self, node: Node) -> str:
        found = self.vault.read_secret(join_token_path(ResourceId(self.resource), node.id))
        return found["token"].get_secret_value()


@pytest.fixture
def world(estate: Estate, vault: Vault) -> Iterator[World]:
    """Workers wait for their tokens: more than are issued together."""
    vip = loopback()
    pool = {"name": "pool1", "size": WORKERS, "template": "debian-12-node"}
    resource = estate.cluster(endpoint={"vip": vip}, nodePools=[pool])
    vault.ensure_cluster_authorities(ResourceId(resource), "c1")
    estate.settle(resource)
    joins = {"phase": Phase.CREATING, "join_granted_at": utc_now(), "ready_at": None}
    estate.set(estate.nodes(resource, "pool1"), **joins)
    access = ClusterAccess(estate.database, vault)
    certificates = KubeletCertificates(estate.database)
    joining = ClusterJoining(estate.database, vault, access, certificates, Settings())
    with serving(vault, resource, vip) as cluster:
        yield World(estate, vault, resource, access, joining, cluster)
        access.forget(resource)


def test_each_gets_one_of_its_own_that_the_cluster_knows(world: World) -> None:
    world.ensure_tokens()
    tokens = {world.token(node) for node in world.workers}
    assert len(tokens) == len(world.workers) == WORKERS
    assert all(world.cluster.accepts_token(token) for token in tokens)
    assert all(node.join_token_at for node in world.workers)


def test_who_has_one_keeps_it(world: World) -> None:
    world.ensure_tokens()
    before = [world.token(node) for node in world.workers]
    world.ensure_tokens()
    assert [world.token(node) for node in world.workers] == before


def test_one_that_can_not_be_kept_withholds_nobody_elses(world: World, openbao: OpenBao) -> None:
    unlucky = world.workers[0]
    path = join_token_path(ResourceId(world.resource), unlucky.id)
    metadata = openbao.root_client().secrets.kv.v2
    metadata.update_metadata(path, cas_required=True, mount_point=KV_MOUNT)
    with pytest.raises(VaultError):
        world.ensure_tokens()
    unlucky, lucky, *_ = world.workers
    assert unlucky.join_token_at is None
    assert lucky.join_token_at
    first = f"{unlucky.join_token_id}"

    metadata.update_metadata(path, cas_required=False, mount_point=KV_MOUNT)
    world.ensure_tokens()
    assert world.token(world.workers[0]).partition(".")[0] != first
    assert all(node.join_token_at for node in world.workers)


def test_who_is_given_up_meanwhile_leaves_none_behind(world: World, openbao: OpenBao) -> None:
    """The removal has looked before the token was there."""
    world.access.api(world.resource)  # while Vault can be asked
    with ThreadPoolExecutor(1) as thread, halted(openbao):
        issuing = thread.submit(world.ensure_tokens)
        until(lambda: any(node.join_token_id for node in world.workers), SECONDS)
        world.estate.set(world.workers, phase=Phase.GONE)
    issuing.result()
    for node in world.workers:
        with pytest.raises(SecretNotFound):
            world.token(node)
    assert world.cluster.objects.list(SECRETS) == []
    assert not any(node.join_token_at for node in world.workers)


@contextmanager
def halted(openbao: OpenBao) -> Iterator[None]:
    os.kill(openbao.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(openbao.process.pid, signal.SIGCONT)
