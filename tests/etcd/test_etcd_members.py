"""On real members: who they are, who serves, and taking one out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.waiting import wait_until
from provisioner.domain.ids import ResourceId, new_uuid
from provisioner.etcd.errors import (
    EtcdUnreachable,
    EtcdUntrusted,
    NoQuorum,
    QuorumAtRisk,
)
from provisioner.etcd.etcd_cluster import EtcdCluster
from provisioner.vault.vault import Vault
from tests.etcd.ring import Ring

SECONDS = 30.0


@pytest.fixture
def ring(vault: Vault, tmp_path: Path) -> Iterator[Ring]:
    """Three members that serve."""
    resource_id = ResourceId(new_uuid())
    vault.ensure_cluster_authorities(resource_id, "demo")
    made = Ring(tmp_path, vault, resource_id)
    try:
        made.begin("m1", "m2", "m3")
        yield made
    finally:
        made.close()


def names(api: EtcdCluster) -> set[str]:
    return {member.name for member in api.members()}


def remove(api: EtcdCluster, name: str, address: str | None = None) -> None:
    """etcd itself removes none before all have known each other for five seconds."""

    def is_done() -> bool:
        try:
            api.remove_member(name, address)
        except EtcdUnreachable:
            return False
        return True

    assert wait_until(is_done, SECONDS)


def serves_well(api: EtcdCluster) -> bool:
    try:
        return not api.health().problems
    except EtcdUnreachable:
        return False


def test_members_leave_one_after_the_other_but_the_last(ring: Ring) -> None:
    with ring.api("m1") as api:
        assert names(api) == {"m1", "m2", "m3"}
        assert api.health().has_quorum
        for leaving, left in (("m3", {"m1", "m2"}), ("m2", {"m1"})):
            remove(api, leaving)
            assert api.await_quorum(SECONDS).has_quorum
            assert names(api) == left
            api.remove_member(leaving, None)
        with pytest.raises(QuorumAtRisk, match="the last one"):
            api.remove_member("m1", None)
        assert names(api) == {"m1"}


def test_one_that_died_is_removed_and_told_of_before(ring: Ring) -> None:
    ring.kill("m2")
    with ring.api() as api:
        found = api.await_quorum(SECONDS)
        assert found.describe() == "m2 does not answer"
        remove(api, "m2")
        assert not api.await_quorum(SECONDS).problems
        assert names(api) == {"m1", "m3"}


def test_none_is_removed_while_the_others_could_not_go_on(ring: Ring) -> None:
    """Two of three serve: without one of those two, one of two would be left."""
    ring.kill("m3")
    with ring.api() as api:
        api.await_quorum(SECONDS)
        with pytest.raises(QuorumAtRisk, match="m3 does not answer"):
            api.remove_member("m1", None)
        assert names(api) == {"m1", "m2", "m3"}
        ring.resume("m3")
        assert wait_until(lambda: serves_well(api), SECONDS)
        remove(api, "m1")
        assert names(api) == {"m2", "m3"}


def test_without_a_quorum_nothing_is_decided(ring: Ring) -> None:
    ring.kill("m2")
    ring.kill("m3")
    with ring.api(timeout_seconds=1.0) as api:
        with pytest.raises(EtcdUnreachable) as caught:
            api.remove_member("m2", None)
        assert caught.value.transient
        assert "can't list etcd's members: " in str(caught.value)
        with pytest.raises((EtcdUnreachable, NoQuorum)):
            api.await_quorum(0.0)


def test_a_learner_and_one_that_never_started_are_told_by_their_address(ring: Ring) -> None:
    ring.add("m4", through="m1", learner=True)
    with ring.api("m2") as api:
        [waiting] = [member for member in api.members() if not member.name]
        assert waiting.learner
        told = f"the one at {waiting.peer_urls[0]} never started"
        assert api.health().describe() == told
        api.remove_member("m4", "127.0.0.99")
        assert len(api.members()) == 4
        remove(api, "m4", ring.members["m4"].address)
        assert names(api) == {"m1", "m2", "m3"}


def test_a_learner_that_runs_has_no_vote_and_goes(ring: Ring) -> None:
    ring.add("m4", through="m1", learner=True)
    ring.join("m4")
    with ring.api("m1") as api:
        assert wait_until(lambda: "m4" in names(api), SECONDS)
        ring.kill("m3")
        assert api.await_quorum(SECONDS).describe() == "m3 does not answer"
        remove(api, "m4")
        assert names(api) == {"m1", "m2", "m3"}


def test_an_address_that_somebody_else_has_by_now_tells_nothing(ring: Ring) -> None:
    with ring.api("m1") as api:
        api.remove_member("gone-before", ring.members["m2"].address)
        assert names(api) == {"m1", "m2", "m3"}


def test_the_next_endpoint_answers_for_one_that_does_not(ring: Ring) -> None:
    ring.kill("m1")
    with ring.api("m1", "m2") as api:
        assert "m1 does not answer" in api.await_quorum(SECONDS).describe()
        assert names(api) == {"m1", "m2", "m3"}


def test_another_clusters_etcd_is_not_mistaken_for_theirs(ring: Ring) -> None:
    other = ResourceId(new_uuid())
    ring.vault.ensure_cluster_authorities(other, "other")
    issued = ring.vault.etcd_certificate(other, "pke-provisioner")
    endpoint = ring.members["m1"].endpoint
    with (
        EtcdCluster([endpoint], issued.authority, issued.certificate, issued.private_key) as api,
        pytest.raises(EtcdUntrusted, match="not certified"),
    ):
        api.members()


def test_a_strangers_certificate_opens_nothing(ring: Ring) -> None:
    other = ResourceId(new_uuid())
    ring.vault.ensure_cluster_authorities(other, "other")
    issued = ring.vault.etcd_certificate(other, "pke-provisioner")
    authority = ring.vault.etcd_certificate(ring.resource_id, "pke-provisioner").authority
    endpoint = ring.members["m1"].endpoint
    with (
        EtcdCluster([endpoint], authority, issued.certificate, issued.private_key) as api,
        pytest.raises(Exception, match="can't list etcd's members"),
    ):
        api.members()
