"""Who may leave an etcd cluster, and what the kind proves of who stays."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from provisioner.domain.etcd_clusters import MEMBERSHIPS
from provisioner.domain.ids import new_uuid
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.etcd_cluster import MEMBERS
from provisioner.etcd.errors import QuorumAtRisk
from provisioner.settings import Settings
from provisioner.store import nodes, resources
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.layout import join_token_path
from provisioner.vault.vault import Vault
from tests.etcd.members import loopback
from tests.etcd.test_forgetting import Site, open_site
from tests.workflow.waiting import until
from workflows.kinds.etcd_access import EtcdAccess
from workflows.kinds.etcd_cluster import EtcdClusterKind
from workflows.kinds.interface import NotYet
from workflows.kinds.membership_change import membership_change

SECONDS = 20


@pytest.fixture
def site(vault: Vault, tmp_path: Path) -> Iterator[Site]:
    with open_site(vault, tmp_path) as opened:
        yield opened


@pytest.fixture
def kind(site: Site) -> EtcdClusterKind:
    access = EtcdAccess(site.database, site.vault)
    return EtcdClusterKind(site.database, site.vault, access, Settings())


def member(site: Site, name: str, address: str, **values: Any) -> str:
    """A row; m1 is the one whose process runs."""
    now = utc_now()
    row = Node(
        id=new_uuid(),
        resource_id=site.etcd,
        vcenter_id=site.vcenter,
        group=MEMBERS,
        name=name,
        instance_uuid=new_uuid(),
        generation=1,
        epoch=1,
        attempt=1,
        place={},
        nics=[_nic(address)],
        token_id=new_uuid(),
        token_issued_at=now,
        token_expires_at=now,
        created_at=now,
        **({"phase": Phase.READY, "ready_at": now} | values),
    )
    with site.database.write() as session:
        session.add(row)
    return row.id


def _nic(address: str) -> dict[str, Any]:
    return {
        "network": "network-1",
        "network_type": "Network",
        "mac": "00:50:56:00:00:01",
        "address": f"{address}/24",
    }


def names(site: Site) -> list[str]:
    with site.members.admin() as etcd:
        return sorted(one.name for one in etcd.members())


def test_the_last_member_that_served_stays(site: Site, kind: EtcdClusterKind) -> None:
    only = member(site, "m1", site.address, phase=Phase.REMOVING)
    with pytest.raises(QuorumAtRisk, match="last member"):
        kind.end_membership(only)


def test_with_the_whole_it_may_go(site: Site, kind: EtcdClusterKind) -> None:
    only = member(site, "m1", site.address, phase=Phase.REMOVING)
    with site.database.write() as session:
        resources.request_deletion(session, resources.lock(session, site.etcd), "me")
    kind.end_membership(only)
    assert names(site) == ["m1"]


def test_who_never_was_a_member_may_go(site: Site, kind: EtcdClusterKind) -> None:
    kind.end_membership(member(site, "m2", loopback(), phase=Phase.REMOVING, ready_at=None))


def test_a_learner_that_never_started_is_forgotten(site: Site, kind: EtcdClusterKind) -> None:
    member(site, "m1", site.address)
    waiting = {"phase": Phase.CREATING, "ready_at": None, "join_granted_at": utc_now()}
    joiner = member(site, "m2", loopback(), **waiting)
    kind.run_task(site.etcd, MEMBERSHIPS)
    kind.run_task(site.etcd, MEMBERSHIPS)
    assert names(site) == ["", "m1"]
    with site.database.read() as session:
        assert nodes.get(session, joiner).join_token_at
    assert site.vault.read_secret(join_token_path(site.etcd, joiner))
    kind.end_membership(joiner)
    kind.end_membership(joiner)
    kind.clean_up(joiner)
    assert names(site) == ["m1"]


def test_who_is_given_up_while_it_waits_for_its_turn_is_not_let_in(
    site: Site, kind: EtcdClusterKind
) -> None:
    """Its removal has found nothing to take out; a learner that stays keeps out all others."""
    member(site, "m1", site.address)
    waiting = {"phase": Phase.CREATING, "ready_at": None, "join_granted_at": utc_now()}
    joiner = member(site, "m2", loopback(), **waiting)
    with ThreadPoolExecutor(1) as thread:
        with membership_change(site.database, site.etcd):
            before = site.database.statements
            letting_in = thread.submit(kind.run_task, site.etcd, MEMBERSHIPS)
            until(lambda: site.database.statements > before + 10, SECONDS)  # it asks for its turn
            with site.database.write() as session:
                nodes.get(session, joiner).phase = Phase.REMOVING
        letting_in.result()
    assert names(site) == ["m1"]
    with pytest.raises(SecretNotFound):
        site.vault.read_secret(join_token_path(site.etcd, joiner))


def test_a_member_that_serves_is_admitted(site: Site, kind: EtcdClusterKind) -> None:
    waiting = {"phase": Phase.CREATING, "ready_at": None, "leading_at": utc_now()}
    kind.admit(member(site, "m1", site.address, **waiting))


def test_one_that_etcd_does_not_list_is_not(site: Site, kind: EtcdClusterKind) -> None:
    member(site, "m1", site.address)
    waiting = {"phase": Phase.CREATING, "ready_at": None}
    with pytest.raises(NotYet, match="does not list m2"):
        kind.admit(member(site, "m2", site.address, **waiting))


def test_health_is_a_condition_never_an_error(site: Site, kind: EtcdClusterKind) -> None:
    member(site, "m1", site.address)
    [well] = kind.care(site.etcd)
    assert (well.type, well.status) == ("EtcdHealthy", "True")
    site.members.lose("m1")
    [ill] = kind.care(site.etcd)
    assert (ill.status, ill.reason) == ("False", "Unreachable")
