"""Three real members, from the rendered configuration and certificates of a real OpenBao."""

import base64
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from provisioner.bootstrap.layout import ETCD_DATA
from provisioner.domain.etcd_clusters import PEER_PORT, client_url
from provisioner.domain.ids import ResourceId, new_uuid
from provisioner.tls import client_context
from provisioner.vault.vault import Vault
from tests.etcd.members import EtcdMembers


@pytest.fixture
def members(vault: Vault, tmp_path: Path) -> Iterator[EtcdMembers]:
    resource = ResourceId(new_uuid())
    vault.ensure_etcd_authority(resource, "shared")
    made = EtcdMembers(vault, resource, tmp_path)
    yield made
    made.close()


def test_members_join_one_by_one_and_all_are_healthy(members: EtcdMembers) -> None:
    members.start_first("m1")
    for name in ("m2", "m3"):
        members.join(name)
    with members.admin() as etcd:
        health = etcd.await_quorum(30)
        assert {one.name: one.learner for one in health.members} == dict.fromkeys(
            ("m1", "m2", "m3"), False
        )
        assert not health.problems


def test_a_learner_that_never_starts_takes_nobodys_vote(members: EtcdMembers) -> None:
    """As the second voter it would have stopped the first one for good."""
    members.start_first("m1")
    with members.admin() as etcd:
        etcd.ensure_learner("m2", "https://127.78.0.250:2380")
        assert etcd.health().has_quorum
        etcd.remove_member("m2", "127.78.0.250")
        assert [one.name for one in etcd.members()] == ["m1"]


def test_a_learner_is_added_once(members: EtcdMembers) -> None:
    members.start_first("m1")
    url = "https://127.78.0.250:2380"
    with members.admin() as etcd:
        first = etcd.ensure_learner("m2", url)
        assert etcd.ensure_learner("m2", url) == first
        assert (first["m2"], len(first)) == (url, 2)


def test_a_lost_member_is_succeeded_at_its_address(members: EtcdMembers) -> None:
    members.start_first("m1")
    for name in ("m2", "m3"):
        members.join(name)
    address = members.lose("m3")
    with members.admin() as etcd:
        etcd.remove_member("m3", address)
    members.join("m4", address)
    with members.admin() as etcd:
        assert sorted(one.name for one in etcd.members()) == ["m1", "m2", "m4"]
        assert not etcd.await_quorum(30).problems


def test_keys_below_one_prefix_are_deleted_and_no_others(members: EtcdMembers) -> None:
    members.start_first("m1")
    with members.keys() as etcd:
        for key in ("/a/1", "/a/2/3", "/ab/1", "/b"):
            put(etcd, key)
        etcd.delete_below("/a")
        assert keys(etcd) == ["/ab/1", "/b"]


def test_nobody_is_served_without_a_certificate(members: EtcdMembers) -> None:
    members.start_first("m1")
    with members.admin() as etcd:
        authority = members.vault.etcd_cluster_client(members.resource, "x", 60).authority
        assert etcd.members()
    context = ssl.create_default_context(cadata=authority)
    pool = urllib3.PoolManager(ssl_context=context, retries=False)
    with pytest.raises(urllib3.exceptions.HTTPError):
        pool.request("GET", client_url(members.addresses["m1"]) + "/health")
    pool.clear()


def test_a_client_is_not_taken_for_a_member(members: EtcdMembers) -> None:
    """Both have certificates of the same authority."""
    members.start_first("m1")
    issued = members.vault.etcd_cluster_client(members.resource, "c1", 600)
    context = client_context(
        issued.authority, issued.certificate, issued.private_key.get_secret_value()
    )
    pool = urllib3.PoolManager(ssl_context=context, retries=False)
    with pytest.raises(urllib3.exceptions.HTTPError):
        pool.request("GET", f"https://{members.addresses['m1']}:{PEER_PORT}/members")
    pool.clear()


def test_data_is_the_members_alone(members: EtcdMembers) -> None:
    members.start_first("m1")
    data = members.folder / "m1" / ETCD_DATA.lstrip("/")
    assert data.stat().st_mode & 0o777 == 0o700


def put(etcd: object, key: str) -> None:
    body = {"key": encoded(key), "value": encoded("x")}
    etcd._call(f"put {key}", "/v3/kv/put", body)


def keys(etcd: object) -> list[str]:
    body = {"key": encoded("/"), "range_end": encoded("0"), "keys_only": True}
    found = etcd._call("list keys", "/v3/kv/range", body)
    return [base64.b64decode(one["key"]).decode() for one in found.get("kvs", ())]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
