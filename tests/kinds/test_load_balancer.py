"""What a load balancer's members get, from what is on record."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lab.openbao import OpenBao
from provisioner.domain.ids import ResourceId
from provisioner.domain.load_balancers import KIND, RELEASE, SECRETS
from provisioner.domain.nodes import Loss, Phase
from provisioner.edge.member_status import STATUS
from provisioner.edge.reports import packed
from provisioner.edge.status import GroupStatus, MemberStatus, Reported, vip_status
from provisioner.settings import Settings
from provisioner.store import (
    leases,
    load_balancer_estates,
    load_balancer_leases,
    member_statuses,
    nodes,
    resources,
)
from provisioner.store.resources import NewResource
from provisioner.store.tables import Node
from provisioner.vault.access import VaultAccess
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.layout import vrrp_path
from provisioner.vault.vault import Vault
from tests.edge.documents import vip
from tests.store.estate import Estate
from tests.store.test_load_balancers import pair, placed
from workflows.kinds.load_balancer import LoadBalancerKind


@pytest.fixture
def vault(openbao: OpenBao) -> Iterator[Vault]:
    access = VaultAccess(url=openbao.url, role_id=openbao.role_id, secret_id=openbao.secret_id)
    opened = Vault(access)
    yield opened
    opened.close()


@pytest.fixture
def kind(estate: Estate, vault: Vault) -> LoadBalancerKind:
    estate.set_vcenter(name="vc1")
    return LoadBalancerKind(estate.database, vault, Settings())


@pytest.fixture
def edge(estate: Estate, kind: LoadBalancerKind) -> str:
    """A pair whose members are planned."""
    spec = pair(members=[placed(1), placed(2)])
    body = spec.model_dump(mode="json", by_alias=True, exclude_none=True)

    def create(session: Session) -> str:
        new = NewResource(estate.org, KIND, "edge", estate.vcenter, body, "alice")
        resource, _ = resources.create(session, new)
        where = load_balancer_estates.find_estate(session, estate.org, spec)
        load_balancer_leases.reserve(session, resource, spec, where)
        return resource.id

    made = estate.write(create)
    estate.look(made)
    return made


def member(estate: Estate, edge: str, name: str) -> Node:
    [found] = estate.nodes(edge, name)
    return found


def unpacked(packed: str) -> Any:
    return gzip.decompress(base64.b64decode(packed)).decode()


def files(told: Any) -> dict[str, str]:
    document: dict[str, dict[str, str]] = json.loads(
        unpacked(told.values["guestinfo.pke.configuration"])
    )
    return document["sections"]


def test_members_stand_at_their_addresses(estate: Estate, edge: str) -> None:
    found = [member(estate, edge, name).nics[0]["address"] for name in ("m1", "m2")]
    assert found == ["10.2.0.11/24", "10.2.0.12/24"]


def test_a_member_gets_its_own_side_of_the_pair(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    got = kind.extra_config(member(estate, edge, "m1").id)
    user_data = unpacked(got["guestinfo.userdata"])
    assert '"role": "load-balancer"' in user_data
    assert "edge-m1-" in user_data


def test_both_are_told_the_same_revision(estate: Estate, edge: str, kind: LoadBalancerKind) -> None:
    told = kind.configurations(edge)
    assert len({one.revision for one in told.values()}) == 1
    assert set(told) == {member(estate, edge, name).id for name in ("m1", "m2")}
    keepalived = files(told[member(estate, edge, "m1").id])["/etc/keepalived/keepalived.conf"]
    assert "priority 100" in keepalived
    assert "10.2.0.12" in keepalived


def test_a_drained_server_is_told_to_both(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    before = kind.configurations(edge)
    estate.change(edge, serverStates={"east1": "drain"})
    after = kind.configurations(edge)
    assert all(before[node].revision != after[node].revision for node in before)


def test_the_key_of_vrrp_is_made_once(edge: str, kind: LoadBalancerKind, vault: Vault) -> None:
    path = vrrp_path(ResourceId(edge), 1)
    kind.run_task(edge, SECRETS)
    first = vault.read_secret(path)["key"].get_secret_value()
    kind.run_task(edge, SECRETS)
    assert vault.read_secret(path)["key"].get_secret_value() == first
    assert len(first) == 8


def test_another_key_takes_the_place_of_the_one_before(
    estate: Estate, edge: str, kind: LoadBalancerKind, vault: Vault
) -> None:
    kind.run_task(edge, SECRETS)
    first = vault.read_secret(vrrp_path(ResourceId(edge), 1))["key"].get_secret_value()
    estate.change(edge, keyVersion=2)
    kind.run_task(edge, SECRETS)
    second = vault.read_secret(vrrp_path(ResourceId(edge), 2))["key"].get_secret_value()
    assert first != second
    with pytest.raises(SecretNotFound):
        vault.read_secret(vrrp_path(ResourceId(edge), 1))


def test_no_key_is_left_when_they_change_faster_than_they_are_made(
    estate: Estate, edge: str, kind: LoadBalancerKind, vault: Vault
) -> None:
    kind.run_task(edge, SECRETS)
    for version in (2, 3):
        estate.change(edge, keyVersion=version)
    kind.run_task(edge, SECRETS)
    with pytest.raises(SecretNotFound):
        vault.read_secret(vrrp_path(ResourceId(edge), 1))
    assert vault.read_secret(vrrp_path(ResourceId(edge), 3))


def test_a_member_hands_its_vips_over_while_the_other_can_take_them(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    leaves, stays = member(estate, edge, "m1"), member(estate, edge, "m2")
    assert kind.farewell(leaves.id) is None
    estate.ready([leaves, stays])
    farewell = kind.farewell(leaves.id)
    assert farewell is not None
    assert farewell.configuration.revision != kind.configurations(edge)[leaves.id].revision
    keepalived = files(farewell.configuration)["/etc/keepalived/keepalived.conf"]
    assert "priority 1\n" in keepalived
    assert "10.2.0.12" not in keepalived
    assert "10.2.0.12" in files(farewell.configuration)["/etc/nftables.conf"]
    assert 1 < farewell.seconds < 4
    estate.set(stays, lost=Loss.GONE)
    assert kind.farewell(leaves.id) is None


def test_a_pair_that_goes_hands_nothing_over(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    estate.ready([member(estate, edge, name) for name in ("m1", "m2")])
    leaves = member(estate, edge, "m1")
    estate.delete(edge)
    assert kind.farewell(leaves.id) is None


KEEPALIVED, FIREWALL = "/etc/keepalived/keepalived.conf", "/etc/nftables.conf"


def without_m2(estate: Estate, edge: str) -> tuple[Node, Node]:
    """The member that stays, and the one that goes."""
    estate.ready([member(estate, edge, name) for name in ("m1", "m2")])
    estate.change(edge, members=[placed(1)], vips=[vip(1), vip(2, preferredMember="m1")])
    estate.look(edge)
    return member(estate, edge, "m1"), member(estate, edge, "m2")


def test_a_member_that_is_taken_away_hands_its_vips_over(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    before = files(kind.configurations(edge)[member(estate, edge, "m2").id])[KEEPALIVED]
    _, leaves = without_m2(estate, edge)
    assert leaves.phase == Phase.REMOVING
    farewell = kind.farewell(leaves.id)
    assert farewell is not None
    told = files(farewell.configuration)[KEEPALIVED]
    assert "10.2.0.11" not in told
    assert "priority 1\n" in told
    for known in ("10.2.0.102/32", *re.findall(r"virtual_router_id \d+", before)):
        assert known in before
        assert known in told


def test_who_stays_hears_it_until_it_is_gone(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    """Else both would have all VIPs, and what arrives at the one that dies is lost."""
    before = files(kind.configurations(edge)[member(estate, edge, "m1").id])[KEEPALIVED]
    stays, leaves = without_m2(estate, edge)
    told = kind.configurations(edge)
    assert set(told) == {stays.id}
    assert files(told[stays.id])[KEEPALIVED] == before
    assert "10.2.0.12" in files(told[stays.id])[FIREWALL]
    estate.set(leaves, phase=Phase.GONE)
    alone = kind.configurations(edge)[stays.id]
    assert "10.2.0.12" not in files(alone)[KEEPALIVED] + files(alone)[FIREWALL]
    assert "10.2.0.102/32" in files(alone)[KEEPALIVED]


def test_who_stays_is_told_so_before_anybody_has_noticed_that_the_other_one_goes(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    estate.ready([member(estate, edge, name) for name in ("m1", "m2")])
    stays = member(estate, edge, "m1")
    before = files(kind.configurations(edge)[stays.id])[KEEPALIVED]
    estate.change(edge, members=[placed(1)], vips=[vip(1), vip(2, preferredMember="m1")])
    assert files(kind.configurations(edge)[stays.id])[KEEPALIVED] == before


def test_who_stays_tells_of_the_vips_of_one_that_leaves(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    stays, _ = without_m2(estate, edge)
    heard(kind, stays, "10.2.0.102", of="m2")
    found = estate.read(lambda session: member_statuses.statuses_of(session, edge))
    assert found["m1"].status is not None
    assert vip_status("10.2.0.102", {"m1": found["m1"].status}).holders == ("m1",)


def test_one_that_never_served_is_nobody_to_hear(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    _, leaves = without_m2(estate, edge)
    estate.set(leaves, ready_at=None)
    [told] = kind.configurations(edge).values()
    assert "10.2.0.12" not in files(told)[KEEPALIVED]
    assert kind.farewell(leaves.id) is None


def heard(kind: LoadBalancerKind, node: Node, *held: str, of: str = "m1") -> None:
    group = GroupStatus(member=of, state="MASTER", priority=100, since=1, held=held)
    status = MemberStatus(groups=(group,), servers=())
    kind.hear({node.id: {STATUS: packed(status)}})


def test_what_a_member_tells_is_on_record(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    estate.ready([member(estate, edge, "m1")])
    heard(kind, member(estate, edge, "m1"), "10.2.0.101")
    found = estate.read(lambda session: member_statuses.statuses_of(session, edge))
    assert found["m1"].status is not None
    assert vip_status("10.2.0.101", {"m1": found["m1"].status}).holders == ("m1",)
    assert (found["m2"].at, found["m2"].status) == (None, None)


def test_the_same_words_again_change_nothing(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    estate.ready([member(estate, edge, "m1")])

    def state() -> Reported:
        return estate.read(lambda session: member_statuses.statuses_of(session, edge))["m1"]

    heard(kind, member(estate, edge, "m1"), "10.2.0.101")
    first = state()
    heard(kind, member(estate, edge, "m1"), "10.2.0.101")
    kind.hear({member(estate, edge, "m1").id: {STATUS: "nonsense"}})
    assert state() == first
    heard(kind, member(estate, edge, "m1"))
    assert state().held_at != first.held_at


def test_the_same_words_of_many_are_one_question(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    both = [member(estate, edge, name) for name in ("m1", "m2")]
    estate.ready(both)
    told = {STATUS: packed(MemberStatus(groups=(), servers=()))}

    def statements(heard: list[Node]) -> int:
        before = estate.database.statements
        kind.hear({node.id: told for node in heard})
        return estate.database.statements - before

    statements(both)
    assert statements(both) == statements(both[:1])


def test_a_member_that_is_gone_has_told_nothing(
    estate: Estate, edge: str, kind: LoadBalancerKind
) -> None:
    node = member(estate, edge, "m1")
    estate.ready([node])
    heard(kind, node, "10.2.0.101")
    estate.write(lambda session: kind.forget(session, nodes.get(session, node.id)))
    found = estate.read(lambda session: member_statuses.statuses_of(session, edge))
    assert found["m1"].status is None


def test_nothing_is_left_of_one_that_is_gone(
    estate: Estate, edge: str, kind: LoadBalancerKind, vault: Vault
) -> None:
    kind.run_task(edge, SECRETS)
    kind.run_task(edge, RELEASE)
    with pytest.raises(SecretNotFound):
        vault.read_secret(vrrp_path(ResourceId(edge), 1))
    assert estate.read(lambda session: leases.vrids_of(session, edge)) == set()
