"""pkectl lb, on the real API."""

import json
from typing import Any

import pytest
import yaml

from provisioner.edge.status import GroupStatus, MemberStatus, ServerStatus
from provisioner.store import nodes
from provisioner.store.member_statuses import note
from provisioner.store.types import utc_now
from tests.api.load_balancing import balancer_document, member
from tests.api.looking import change, look
from tests.api.served import Api
from tests.cli.conftest import Pkectl


@pytest.fixture
def edge(pkectl: Pkectl) -> dict[str, Any]:
    ran = pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(balancer_document()))
    assert ran.code == 0, ran.err
    assert "load balancer" in ran.out
    return json.loads(pkectl("lb", "get", "edge", "-o", "json").out)


def test_a_dry_run_shows_the_plan(pkectl: Pkectl) -> None:
    document = json.dumps(balancer_document())
    ran = pkectl("lb", "create", "-f", "-", "--dry-run", stdin=document)
    assert ran.code == 0, ran.err
    assert "1 x m1" in ran.out
    assert "no load balancers yet" in pkectl("lb", "list").out


def test_every_read_has_a_table(api: Api, pkectl: Pkectl, edge: dict[str, Any]) -> None:
    nodes = look(api, edge)
    assert "10.0.0.70, 10.0.0.71" in pkectl("lb", "list").out
    shown = pkectl("lb", "get", "edge").out
    for part in ("10.0.0.70", "m2", "www.example.com. 60 IN A", "no cluster", "0 of 2 ready"):
        assert part in shown
    listed = pkectl("lb", "nodes", "edge").out
    assert all(node.name in listed for node in nodes)
    assert "CreationRequested" in pkectl("lb", "events", "edge").out
    assert yaml.safe_load(pkectl("lb", "get", "edge", "--spec").out)["name"] == "edge"


def tell(api: Api, edge: dict[str, Any], **members: MemberStatus) -> None:
    """As the worker would have heard it of their VMs."""
    with api.database.write() as session:
        for node in nodes.of_resource(session, edge["id"]):
            if status := members.get(node.group):
                note(session, node.id, status, status, utc_now())


def status(member: str, held: tuple[str, ...], check: str = "L6OK") -> MemberStatus:
    since = utc_now().timestamp() - 600
    group = GroupStatus(member="m1", state="MASTER", priority=100, since=since, held=held)
    state = "UP" if check == "L6OK" else "DOWN"
    server = ServerStatus(backend="web.servers", name="w1", state=state, check=check, since=since)
    return MemberStatus(groups=(group,), servers=(server,))


def test_who_holds_the_vips_and_what_the_checks_say(
    api: Api, pkectl: Pkectl, edge: dict[str, Any]
) -> None:
    look(api, edge)
    assert "not known" in pkectl("lb", "get", "edge").out
    tell(api, edge, m1=status("m1", ("10.0.0.70",)), m2=status("m2", (), check="L4TOUT"))
    lines = [" ".join(line.split()) for line in pkectl("lb", "get", "edge").out.splitlines()]
    assert "web 10.0.0.70 m1 100 10m m1" in lines
    assert "psc 10.0.0.71 nobody m2" in lines
    assert "SERVICE SERVER SEEN BY m1 SEEN BY m2" in lines
    assert "web w1 UP L6OK 10m DOWN L4TOUT 10m" in lines


def test_two_holders_are_named(api: Api, pkectl: Pkectl, edge: dict[str, Any]) -> None:
    look(api, edge)
    both = ("10.0.0.70",)
    tell(api, edge, m1=status("m1", both), m2=status("m2", both))
    assert "m1 and m2" in pkectl("lb", "get", "edge").out


def test_a_member_on_another_revision_is_seen(
    api: Api, pkectl: Pkectl, edge: dict[str, Any]
) -> None:
    first, second = sorted(look(api, edge), key=lambda node: node.group)
    change(api, first, configuration="a" * 64, answered="a" * 64)
    change(api, second, configuration="a" * 64, answered="b" * 64, misconfigured="haproxy: no")
    lines = [" ".join(line.split()) for line in pkectl("lb", "get", "edge").out.splitlines()]
    assert "m1 aaaaaaaa the same never" in lines
    assert "m2 an earlier one aaaaaaaa never haproxy: no" in lines


def test_how_a_vcenter_is_led_to_the_vip(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    shown = pkectl("lb", "get", "edge").out
    assert "pkectl lb repoint edge psc" in shown
    assert "cmsso-util repoint --repoint-psc 10.0.0.71" in shown


def test_one_member_alone_is_told_of(pkectl: Pkectl) -> None:
    alone = balancer_document(members=[member(1)], vips=[], services=[])
    assert pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(alone)).code == 0
    assert "edge has one member" in pkectl("lb", "get", "edge").out
    assert "no VIP has a dnsName" in pkectl("lb", "dns", "edge").out


def test_records_for_the_administrator_of_dns(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "dns", "edge").out.splitlines() == edge["dnsRecords"]
    assert json.loads(pkectl("lb", "dns", "edge", "-o", "json").out) == edge["dnsRecords"]


def spec(pkectl: Pkectl) -> dict[str, Any]:
    return yaml.safe_load(pkectl("lb", "get", "edge", "--spec").out)


def test_the_shown_document_can_be_edited_and_sent_again(
    pkectl: Pkectl, edge: dict[str, Any]
) -> None:
    document = spec(pkectl) | {"failback": "manual"}
    ran = pkectl("lb", "update", "edge", "-f", "-", stdin=yaml.safe_dump(document))
    assert ran.code == 0, ran.err
    assert spec(pkectl)["failback"] == "manual"
    again = pkectl("lb", "update", "edge", "-f", "-", stdin=yaml.safe_dump(document))
    assert (again.code, "is new to load balancer edge" in again.err) == (0, True)
    renamed = yaml.safe_dump(document | {"name": "other"})
    ran = pkectl("lb", "update", "edge", "-f", "-", stdin=renamed)
    assert (ran.code, "name: can't be changed" in ran.err) == (6, True)


def test_what_is_left_out_stays_and_null_takes_away(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    ran = pkectl("lb", "update", "edge", "-f", "-", stdin="serviceRange: null")
    assert ran.code == 0, ran.err
    assert "serviceRange" not in spec(pkectl)
    assert spec(pkectl)["services"] == edge["spec"]["services"]


def test_a_change_is_planned_first(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    ran = pkectl("lb", "update", "edge", "-f", "-", "--dry-run", stdin="failback: manual")
    assert (ran.code, "nothing was changed" in ran.out) == (0, True)
    assert spec(pkectl)["failback"] == "auto"


def test_one_member_less_and_again_one_more(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    ran = pkectl("lb", "scale", "edge", "--members", "1")
    assert ran.code == 0, ran.err
    assert [one["name"] for one in spec(pkectl)["members"]] == ["m1"]
    assert "preferredMember" not in spec(pkectl)["vips"][1]
    assert "nothing to change" in pkectl("lb", "scale", "edge", "--members", "1").err
    assert "--add-member" in pkectl("lb", "scale", "edge", "--members", "2").err
    another = yaml.safe_dump(member(3))
    ran = pkectl("lb", "scale", "edge", "--add-member", "-", stdin=another)
    assert ran.code == 0, ran.err
    assert [one["name"] for one in spec(pkectl)["members"]] == ["m1", "m3"]


def test_the_member_that_goes_can_be_chosen(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    ran = pkectl("lb", "scale", "edge", "--remove", "m3")
    assert (ran.code, "the members are m1, m2" in ran.err) == (2, True)
    assert pkectl("lb", "scale", "edge", "--remove", "m1").code == 0
    assert [one["name"] for one in spec(pkectl)["members"]] == ["m2"]
    ran = pkectl("lb", "scale", "edge")
    assert (ran.code, "add a member or take one away" in ran.err) == (2, True)


def test_a_server_is_taken_out_and_let_in(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    ran = pkectl("lb", "drain", "edge", "w1")
    assert (ran.code, "pkectl operation watch" in ran.err) == (0, True)
    assert "w1 (drain)" in pkectl("lb", "get", "edge").out
    assert "nothing to change" in pkectl("lb", "drain", "edge", "w1").err
    assert pkectl("lb", "maintenance", "edge", "w1").code == 0
    assert "w1 (maintenance)" in pkectl("lb", "get", "edge").out
    assert pkectl("lb", "ready", "edge", "w1").code == 0
    assert "taken out" not in pkectl("lb", "get", "edge").out
    assert "nothing to change" in pkectl("lb", "ready", "edge", "w1").err


def test_a_server_that_is_not_there(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    ran = pkectl("lb", "drain", "edge", "w9")
    assert (ran.code, "there are: psc1" in ran.err) == (4, True)
    ran = pkectl("lb", "ready", "edgy", "w1")
    assert (ran.code, "did you mean 'edge'" in ran.err) == (4, True)


def test_ports_that_move_together_are_moved_by_hand(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "repoint", "edge", "psc").code == 0
    assert spec(pkectl)["services"][1]["active"] == "psc2"
    assert pkectl("lb", "repoint", "edge", "psc", "--server", "psc3").code == 0
    assert spec(pkectl)["services"][1]["active"] == "psc3"
    again = pkectl("lb", "repoint", "edge", "psc", "--server", "psc3")
    assert (again.code, "nothing to change" in again.err) == (0, True)
    ran = pkectl("lb", "repoint", "edge", "web")
    assert (ran.code, "only services with moveTogether" in ran.err) == (1, True)


def test_another_key(pkectl: Pkectl) -> None:
    document = balancer_document(vrrp={"version": 2, "auth": "AH"})
    assert pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(document)).code == 0
    ran = pkectl("lb", "rotate-key", "edge")
    assert (ran.code, "pkectl operation watch" in ran.err) == (0, True)


def test_all_faults_of_a_request(pkectl: Pkectl) -> None:
    document = balancer_document(members=[member(1, vcenter="nowhere")], failback="never")
    ran = pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(document))
    assert ran.code == 6
    assert "members.0.vcenter: " in ran.err
    assert "failback: " in ran.err


def test_watching_ends_with_the_operation(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "retry", "edge").code == 0
    ran = pkectl("lb", "watch", "edge", "--timeout", "0s")
    assert (ran.code, "pkectl operation watch" in ran.err) == (7, True)


def test_deleted(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "delete", "edge").code == 2
    assert pkectl("lb", "delete", "edge", "--yes").code == 0
    assert pkectl("lb", "delete", "other", "--yes", "--missing-ok").code == 0
    ran = pkectl("lb", "get", "edgy")
    assert (ran.code, "did you mean 'edge'" in ran.err) == (4, True)


def test_a_name_that_is_not_there(pkectl: Pkectl) -> None:
    ran = pkectl("lb", "get", "edge")
    assert ran.code == 4
    assert "there is no load balancer 'edge'\nthere are no load balancers yet" in ran.err
