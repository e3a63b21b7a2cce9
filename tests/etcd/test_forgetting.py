"""What a deleted cluster leaves in the etcd that kept its data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from provisioner.domain.etcd_clusters import KIND as ETCD
from provisioner.domain.etcd_clusters import client_url
from provisioner.domain.ids import ResourceId, new_uuid
from provisioner.domain.nodes import Phase
from provisioner.etcd.errors import EtcdUnreachable, PrefixTaken
from provisioner.store import events, resources
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from provisioner.store.resources import NewResource
from provisioner.store.tables import Node, Secret, VCenter
from provisioner.store.tokens import ensure_organisation
from provisioner.store.types import utc_now
from provisioner.vault.vault import Vault
from tests.etcd.members import EtcdMembers, loopback
from tests.etcd.test_three_members import keys, put
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import with_addresses
from workflows.kinds.external_etcd import claim_prefix, forget_data, forget_false_start


class Site:
    """A database with one etcd cluster of a single member, so that one process is enough."""

    def __init__(self, database: Database, vault: Vault, folder: Path) -> None:
        self.database, self.vault = database, vault
        with database.write() as session:
            self.org = ensure_organisation(session, "ours").id
            vcenter = VCenter(
                id=new_uuid(),
                org_id=self.org,
                name="lab",
                host="x",
                root_folder="/",
                secret_path="",
            )
            session.add(vcenter)
            self.vcenter = vcenter.id
        self.address = loopback()
        self.etcd = ResourceId(self._record(ETCD, "shared", with_addresses(self.address)))
        vault.ensure_etcd_authority(self.etcd, "shared")
        self.members = EtcdMembers(vault, self.etcd, folder)
        self.members.start_first("m1", self.address)

    def cluster(self, name: str = "c1", **external: object) -> str:
        plane = {"template": "t", "externalEtcd": external}
        return self._record("cluster", name, cluster_document(controlPlane=plane))

    def secret(self) -> None:
        issued = self.vault.etcd_cluster_client(self.etcd, "user")
        row = Secret(
            id=new_uuid(),
            org_id=self.org,
            name="own",
            type="etcd",
            secret_path=f"secrets/{new_uuid()}",
            created_by="me",
            stored_at=utc_now(),
        )
        values = {"ca": issued.authority, "cert": issued.certificate}
        stored = {name: SecretStr(value) for name, value in values.items()}
        self.vault.write_secret(row.secret_path, stored | {"key": issued.private_key})
        with self.database.write() as session:
            session.add(row)

    def put(self, *names: str) -> None:
        with self.members.admin() as etcd:
            for name in names:
                put(etcd, name)

    def kept(self) -> list[str]:
        with self.members.admin() as etcd:
            return keys(etcd)

    def claim(self, cluster: str) -> None:
        claim_prefix(self.database, self.vault, cluster)

    def forget(self, cluster: str) -> None:
        forget_data(self.database, self.vault, cluster)

    def told(self, cluster: str) -> list[str]:
        with self.database.read() as session:
            found = events.since(session, cluster)
            return [event.message for event in found if event.reason == "DataLeftBehind"]

    def _record(self, kind: str, name: str, document: dict[str, object]) -> str:
        new = NewResource(self.org, kind, name, self.vcenter, document, "me")
        with self.database.write() as session:
            row, _ = resources.create(session, new)
            row.established = True
            return row.id


@contextmanager
def open_site(vault: Vault, folder: Path) -> Iterator[Site]:
    database = Database(f"sqlite:///{folder}/test.db")
    migrate(database)
    made = Site(database, vault, folder)
    try:
        yield made
    finally:
        made.members.close()
        database.close()


@pytest.fixture
def site(vault: Vault, tmp_path: Path) -> Iterator[Site]:
    with open_site(vault, tmp_path) as opened:
        yield opened


def test_its_keys_are_deleted_and_nobody_elses(site: Site) -> None:
    cluster = site.cluster(etcdCluster="shared")
    site.put(f"/{cluster}/registry/pods/1", f"/{cluster}", "/other/registry/pods/1")
    site.forget(cluster)
    site.forget(cluster)
    assert site.kept() == [f"/{cluster}", "/other/registry/pods/1"]
    assert not site.told(cluster)


def test_also_below_a_prefix_of_the_users_choice_as_it_is_one_clusters_alone(site: Site) -> None:
    cluster = site.cluster(etcdCluster="shared", prefix="/mine")
    site.claim(cluster)
    site.put("/mine/1", "/mine2/1")
    site.forget(cluster)
    assert site.kept() == ["/mine2/1"]


@pytest.mark.parametrize("prefix", ["/mine", "/mine/too", "/mine/too/deep"])
def test_one_etcd_by_another_name_is_the_same_etcd(site: Site, prefix: str) -> None:
    """Its members' own addresses and a user's `endpoints` are two ways to it."""
    first = site.cluster(etcdCluster="shared", prefix="/mine")
    site.claim(first)
    site.claim(first)
    site.secret()
    endpoints = [client_url(site.address)]
    second = site.cluster("c2", endpoints=endpoints, secret="own", prefix=prefix)
    with pytest.raises(PrefixTaken, match=first):
        site.claim(second)
    site.put("/mine/1")
    site.forget(second)
    assert "/mine/1" in site.kept()
    assert site.told(second)


@pytest.mark.parametrize("theirs", ["/mine/1", "/mine/too/1"])
def test_a_prefix_that_holds_somebodys_keys_is_refused(site: Site, theirs: str) -> None:
    site.put(theirs, "/mine2/1")
    with pytest.raises(PrefixTaken, match="keys below /mine"):
        site.claim(site.cluster(etcdCluster="shared", prefix="/mine"))


def test_an_etcd_cluster_that_is_still_to_come_is_waited_for(site: Site) -> None:
    with site.database.write() as session:
        resources.lock(session, site.etcd).established = False
    with pytest.raises(EtcdUnreachable, match="yet"):
        site.claim(site.cluster(etcdCluster="shared", prefix="/mine"))


def test_a_false_start_leaves_the_claim(site: Site) -> None:
    cluster = site.cluster(etcdCluster="shared", prefix="/mine")
    with site.database.write() as session:
        resources.lock(session, cluster).established = False
    site.claim(cluster)
    site.put("/mine/minions/m1")
    node = Node(resource_id=cluster, phase=Phase.REMOVING, leading_at=utc_now())
    forget_false_start(site.database, site.vault, node)
    [claim] = site.kept()
    assert claim.startswith("/mine/pke-provisioner")


def test_an_etcd_that_does_not_answer_is_waited_for(site: Site) -> None:
    cluster = site.cluster(etcdCluster="shared")
    site.members.lose("m1")
    with pytest.raises(EtcdUnreachable):
        site.forget(cluster)


def test_one_that_goes_as_well_is_not(site: Site) -> None:
    cluster = site.cluster(etcdCluster="shared")
    site.members.lose("m1")
    with site.database.write() as session:
        resources.request_deletion(session, resources.lock(session, site.etcd), "me")
    site.forget(cluster)


def test_in_the_users_own_our_prefix_is_emptied(site: Site) -> None:
    site.secret()
    cluster = site.cluster(endpoints=[client_url(site.address)], secret="own")
    site.put(f"/{cluster}/1", "/theirs")
    site.forget(cluster)
    assert site.kept() == ["/theirs"]


def test_below_a_prefix_that_nobody_claimed_all_is_left_alone(site: Site) -> None:
    """Somebody may have kept something there before."""
    site.secret()
    cluster = site.cluster(endpoints=[client_url(site.address)], secret="own", prefix="/theirs")
    site.put("/theirs/1")
    site.forget(cluster)
    assert site.kept() == ["/theirs/1"]
    assert "etcdctl del --prefix" in site.told(cluster)[0]


def test_the_users_own_is_not_waited_for(site: Site) -> None:
    site.secret()
    cluster = site.cluster(endpoints=[client_url(site.address)], secret="own")
    site.members.lose("m1")
    site.forget(cluster)
    assert f"/{cluster}" in site.told(cluster)[0]


def test_masters_that_hold_it_themselves_take_it_with_them(site: Site) -> None:
    document = cluster_document()
    with site.database.write() as session:
        new = NewResource(site.org, "cluster", "plain", site.vcenter, document, "me")
        cluster = resources.create(session, new)[0].id
    site.forget(cluster)


@pytest.mark.parametrize(
    ("became", "left"),
    [({}, 0), ({"ready_at": utc_now()}, 1), ({"leading_at": None}, 1)],
)
def test_a_first_master_that_never_got_ready_leaves_nothing(
    site: Site, became: dict[str, object], left: int
) -> None:
    cluster = site.cluster(etcdCluster="shared")
    with site.database.write() as session:
        resources.lock(session, cluster).established = False
    site.put(f"/{cluster}/minions/m1")
    facts = {"resource_id": cluster, "phase": Phase.REMOVING, "leading_at": utc_now()}
    forget_false_start(site.database, site.vault, Node(**facts | became))
    assert len(site.kept()) == left


def test_an_established_control_plane_keeps_its_data(site: Site) -> None:
    cluster = site.cluster(etcdCluster="shared")
    site.put(f"/{cluster}/minions/m1")
    node = Node(resource_id=cluster, phase=Phase.REMOVING, leading_at=utc_now())
    forget_false_start(site.database, site.vault, node)
    assert site.kept()
