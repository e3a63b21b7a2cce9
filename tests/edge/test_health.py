"""What is said of a pair by what its members report."""

from datetime import UTC, datetime, timedelta
from typing import Any

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge import health
from provisioner.edge.status import GroupStatus, MemberStatus, Reported, ServerStatus
from tests.edge.documents import document

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
VIPS = ("10.2.0.101", "10.2.0.102")


def holding(*vips: str, servers: dict[str, str] | None = None) -> MemberStatus:
    group = GroupStatus(member="m1", state="MASTER", priority=100, since=0, held=vips)
    states = servers or {"east1": "UP"}
    told = tuple(
        ServerStatus(backend="web1.servers", name=name, state=state, check="", since=0)
        for name, state in states.items()
    )
    return MemberStatus(groups=(group,), servers=told)


def member(status: MemberStatus | None, **changes: Any) -> Reported:
    known = {
        "node": "n",
        "ready_at": LONG_AGO,
        "asked": "1",
        "asked_at": LONG_AGO,
        "applied": "1",
        "at": NOW if status else None,
        "held_at": LONG_AGO,
        "status": status,
    }
    return Reported(**(known | changes))


def said(m1: Reported, m2: Reported) -> dict[str, str]:
    """What is wrong, by condition."""
    pair = LoadBalancerDocument.model_validate(document())
    found = health.conditions(pair, {"m1": m1, "m2": m2}, NOW)
    return {one.type: one.message for one in found if one.status != "True"}


def test_two_members_that_hold_what_they_should_are_well() -> None:
    assert not said(member(holding(VIPS[0])), member(holding(VIPS[1])))


def test_one_may_hold_all() -> None:
    assert not said(member(holding(*VIPS)), member(holding()))


def test_a_vip_without_a_holder_is_named() -> None:
    found = said(member(holding(VIPS[0])), member(holding()))
    assert found == {health.HELD: "nobody holds vip2 (10.2.0.102)"}


def test_a_vip_that_both_hold_is_named() -> None:
    found = said(member(holding(*VIPS)), member(holding(VIPS[1])))
    assert found[health.HELD].startswith("m1 and m2 both hold vip2 (10.2.0.102)")


def test_vips_may_be_on_their_way() -> None:
    moving = member(holding(), held_at=NOW - timedelta(seconds=20))
    assert not said(moving, member(holding()))


def test_members_that_have_not_taken_their_revision_may_lack_vips() -> None:
    assert not said(member(holding(), applied="0"), member(holding()))
    assert not said(member(holding(), asked_at=NOW), member(holding()))


def test_a_silent_member_may_hold_what_the_other_does_not() -> None:
    silent = member(holding(VIPS[1]), at=NOW - timedelta(minutes=16))
    found = said(member(holding(VIPS[0])), silent)
    assert list(found) == [health.REPORTING]
    assert found[health.REPORTING].startswith("m2 has reported nothing for 15 minutes")


def test_a_member_that_never_said_anything_is_silent_but_not_at_once() -> None:
    well = member(holding(*VIPS))
    assert health.REPORTING in said(well, member(None))
    assert not said(well, member(None, ready_at=NOW - timedelta(minutes=1)))
    assert not said(well, member(None, ready_at=None))


def test_programs_that_do_not_answer_are_named() -> None:
    mute = MemberStatus(groups=None, servers=None)
    found = said(member(holding(*VIPS)), member(mute))[health.REPORTING]
    assert found == "keepalived on m2 does not answer; HAProxy on m2 does not answer"


def test_a_pool_without_a_server_is_told_with_the_reasons() -> None:
    down = holding(*VIPS, servers={"east1": "DOWN", "east2": "MAINT"})
    found = said(member(down), member(holding()))
    assert found == {health.SERVED: "m1 has no server for web1.servers: east1 DOWN, east2 MAINT"}


def test_one_server_that_comes_up_is_enough() -> None:
    states = {"east1": "DOWN", "east2": "UP 1/3"}
    assert not said(member(holding(*VIPS, servers=states)), member(holding()))


def test_of_many_servers_without_life_a_few_are_named() -> None:
    states = {f"server{number}": "DOWN" for number in range(300)}
    found = said(member(holding(*VIPS, servers=states)), member(holding()))
    assert "server7 DOWN, and 292 more" in found[health.SERVED]
    assert "server8" not in found[health.SERVED]


def test_of_many_services_without_a_server_a_few_are_named() -> None:
    down = (
        ServerStatus(backend=f"web{number}.servers", name="a", state="DOWN", check="", since=0)
        for number in range(300)
    )
    sick = MemberStatus(groups=holding(*VIPS).groups, servers=tuple(down))
    found = said(member(sick), member(holding()))
    assert found[health.SERVED].endswith("web7.servers: a DOWN; and 292 more")
