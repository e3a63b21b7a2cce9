"""Masters leave the etcd they hold together before their VM goes. On real members."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.waiting import wait_until
from provisioner.domain.conditions import Condition
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.etcd.errors import EtcdError, EtcdUnreachable, QuorumAtRisk
from provisioner.store import clusters
from provisioner.store.tables import Node
from provisioner.vault.vault import Vault
from tests.etcd.ring import SECONDS, Ring
from tests.store.estate import Estate
from tests.unit.documents import cluster_document
from workflows.kinds import membership_change
from workflows.kinds.cluster_care import Subject
from workflows.kinds.cluster_etcd import ClusterEtcd
from workflows.kinds.membership_change import AnotherChange


@dataclass
class Masters:
    """A cluster's, ready, with etcd running on `addresses` that are theirs."""

    estate: Estate
    resource: str
    ring: Ring
    etcd: ClusterEtcd

    @property
    def rows(self) -> list[Node]:
        return self.estate.nodes(self.resource, CONTROL_PLANE)

    def leave(self, node: Node) -> None:
        """Until etcd is willing: its members must have known each other for five seconds."""
        self.estate.set(node, phase=Phase.REMOVING)

        def is_done() -> bool:
            try:
                self.etcd.end_membership(node.id)
            except EtcdUnreachable:
                return False
            return True

        assert wait_until(is_done, SECONDS)

    def members(self, through: Node) -> set[str]:
        with self.ring.api(through.name) as api:
            return {member.name for member in api.members()}

    def look(self) -> list[Condition]:
        spec = self.estate.read(
            lambda session: clusters.spec_of(session, self.estate.resource(self.resource))
        )
        alive = tuple(node for node in self.rows if node.phase != Phase.GONE)
        return list(self.etcd.look(Subject(self.resource, spec, alive, None)))


@pytest.fixture
def masters(estate: Estate, vault: Vault, tmp_path: Path) -> Iterator[Masters]:
    resource = estate.cluster()
    vault.ensure_cluster_authorities(ResourceId(resource), "c1")
    estate.settle(resource)
    ring = Ring(tmp_path, vault, ResourceId(resource))
    found = Masters(estate, resource, ring, ClusterEtcd(estate.database, vault))
    try:
        ring.begin(*(node.name for node in found.rows))
        for number, node in enumerate(found.rows):
            estate.set(node, address=ring.members[node.name].address)
            estate.set(node, **{"join_granted_at" if number else "leading_at": estate.now})
        yield found
    finally:
        ring.close()


def test_one_leaves_and_the_others_serve(masters: Masters) -> None:
    [leader, second, third] = masters.rows
    masters.leave(leader)
    assert masters.members(second) == {second.name, third.name}
    masters.etcd.end_membership(leader.id)


def test_one_whose_machine_is_gone_leaves_too(masters: Masters) -> None:
    [leader, second, third] = masters.rows
    masters.ring.kill(third.name)
    masters.leave(third)
    assert masters.members(leader) == {leader.name, second.name}


def test_none_leaves_whom_the_others_need(masters: Masters) -> None:
    [leader, second, third] = masters.rows
    masters.ring.kill(second.name)
    masters.estate.set(third, phase=Phase.REMOVING)
    with masters.ring.api() as api:
        api.await_quorum(SECONDS)
    with pytest.raises(QuorumAtRisk, match=f"{second.name} does not answer") as caught:
        masters.etcd.end_membership(third.id)
    assert caught.value.transient
    assert masters.members(leader) == {leader.name, second.name, third.name}


def test_two_workers_do_not_remove_two_at_once(
    masters: Masters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process would find that the other's still serves."""
    [leader, second, third] = masters.rows
    masters.estate.set(third, phase=Phase.REMOVING)
    elsewhere = ClusterEtcd(masters.estate.database, masters.ring.vault)
    monkeypatch.setattr(membership_change, "PATIENCE_SECONDS", 0.1)
    with (
        membership_change.membership_change(masters.estate.database, masters.resource),
        pytest.raises(AnotherChange) as caught,
    ):
        elsewhere.end_membership(third.id)
    assert caught.value.transient
    assert masters.members(leader) == {leader.name, second.name, third.name}
    masters.leave(third)
    assert masters.members(leader) == {leader.name, second.name}


def test_the_last_one_that_was_ready_stays(masters: Masters) -> None:
    [leader, *others] = masters.rows
    masters.estate.set(others, phase=Phase.GONE)
    masters.estate.set(leader, phase=Phase.REMOVING)
    with pytest.raises(QuorumAtRisk, match="the last master"):
        masters.etcd.end_membership(leader.id)


def test_its_health_is_told(masters: Masters) -> None:
    [_, second, third] = masters.rows
    [well] = masters.look()
    assert (well.status, well.message) == ("True", "3 members serve")
    masters.estate.set(third, phase=Phase.GONE)
    [stray] = masters.look()
    assert (stray.status, stray.reason) == ("False", "StrayMember")
    assert third.name in stray.message
    masters.ring.kill(second.name)

    def told() -> list[str]:
        try:
            return [one.message for one in masters.look()]
        except EtcdError:
            return []

    assert wait_until(lambda: told() == [f"{second.name} does not answer"], SECONDS)


@pytest.fixture
def asked_of_nobody(estate: Estate, vault: Vault) -> ClusterEtcd:
    """No cluster here has authorities or machines: whatever it asks ends in an error."""
    return ClusterEtcd(estate.database, vault)


def test_a_master_that_was_never_let_in_was_no_member(
    estate: Estate, asked_of_nobody: ClusterEtcd
) -> None:
    resource = estate.cluster()
    estate.settle(resource)
    master = estate.nodes(resource, CONTROL_PLANE)[1]
    estate.set(master, phase=Phase.REMOVING, ready_at=None)
    asked_of_nobody.end_membership(master.id)


def test_a_leader_that_fails_before_anybody_is_ready_may_go(
    estate: Estate, asked_of_nobody: ClusterEtcd
) -> None:
    resource = estate.cluster()
    estate.finish(resource)
    estate.look(resource)
    leader = estate.nodes(resource, CONTROL_PLANE)[0]
    estate.set(leader, phase=Phase.REMOVING, leading_at=estate.now)
    asked_of_nobody.end_membership(leader.id)


def test_workers_and_clusters_that_go_ask_nothing(
    estate: Estate, asked_of_nobody: ClusterEtcd
) -> None:
    resource = estate.cluster()
    estate.settle(resource)
    [worker, *_] = estate.nodes(resource, "pool1")
    asked_of_nobody.end_membership(worker.id)
    masters = estate.nodes(resource, CONTROL_PLANE)
    estate.set(masters, leading_at=estate.now)
    estate.delete(resource)
    for master in masters:
        asked_of_nobody.end_membership(master.id)


def test_masters_on_an_external_etcd_ask_nothing(
    estate: Estate, asked_of_nobody: ClusterEtcd
) -> None:
    etcd = {"etcdCluster": "shared", "prefix": "/c1"}
    plane = cluster_document()["controlPlane"] | {"size": 2, "externalEtcd": etcd}
    resource = estate.cluster(controlPlane=plane)
    estate.settle(resource)
    [first, _] = estate.nodes(resource, CONTROL_PLANE)
    estate.set(first, phase=Phase.REMOVING, leading_at=estate.now)
    asked_of_nobody.end_membership(first.id)
