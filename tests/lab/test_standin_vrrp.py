"""The stand-in members elect who carries a VIP as keepalived's configuration says."""

from lab.guests.standin.vrrp import Election, Instance, instances
from provisioner.edge import layout
from tests.edge.documents import document
from tests.edge.rendering import rendered


def own(member: str, **changes: object) -> tuple[Instance, ...]:
    return instances(rendered(layout.KEEPALIVED, document(**changes), member))


def holders(election: Election, *, now: float = 0, **members: tuple[Instance, ...]) -> list[str]:
    election.hold(members, now)
    [some, *_] = members.values()
    return [election.holder(one).moref for one in some]


def test_what_is_rendered_is_understood() -> None:
    first, second = own("m1")
    assert (first.member, first.router_id, first.priority) == ("m1", 51, 100)
    assert (first.vips, second.vips) == (("10.2.0.101",), ("10.2.0.102",))
    assert (first.preempts, own("m1", failback="manual")[0].preempts) == (True, False)
    assert {one.peers for one in (*own("m1"), *own("m2"))} == {
        frozenset({"10.2.0.11", "10.2.0.12"})
    }


def test_each_holds_what_prefers_it_and_takes_all_when_alone() -> None:
    election = Election()
    assert holders(election, m1=own("m1"), m2=own("m2")) == ["m1", "m2"]
    assert holders(election, m2=own("m2")) == ["m2", "m2"]
    assert holders(election, m1=own("m1"), m2=own("m2")) == ["m1", "m2"]


def test_a_vip_stays_where_it_is_when_failback_is_manual() -> None:
    election = Election()
    m1, m2 = own("m1", failback="manual"), own("m2", failback="manual")
    assert holders(election, m2=m2) == ["m2", "m2"]
    assert holders(election, m1=m1, m2=m2) == ["m2", "m2"]


def test_it_is_held_since_it_came() -> None:
    election = Election()
    election.hold({"m1": own("m1")}, 1.0)
    election.hold({"m1": own("m1")}, 2.0)
    assert election.holder(own("m1")[0]).since == 1.0


def test_pairs_with_the_same_router_id_elsewhere_do_not_meet() -> None:
    alone = own("m1", members=document()["members"][:1], vips=document()["vips"][:1], services=[])
    election = Election()
    election.hold({"one": own("m1"), "other": alone}, 0)
    assert election.holder(own("m1")[0]).moref == "one"
    assert election.holder(alone[0]).moref == "other"
