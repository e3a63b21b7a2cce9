"""A load balancer pair in the planner's words."""

from typing import Any

import pytest

from provisioner.domain.kinds import role
from provisioner.domain.load_balancers import CONFIGURATION, KIND, RELEASE, read
from provisioner.domain.wanted import Wanted
from tests.edge.documents import document, member


def wanted(deleting: bool = False, **changes: Any) -> Wanted:
    return read(document(**changes), generation=1, epoch=1, deleting=deleting)


def told(**changes: Any) -> str:
    tasks = wanted(**changes).desired.tasks
    return next(task.key for task in tasks if task.name == CONFIGURATION)


def test_each_member_is_a_group_of_one_that_stands_by_itself() -> None:
    groups = wanted().desired.groups
    assert [(group.name, group.size, group.core) for group in groups] == [
        ("m1", 1, False),
        ("m2", 1, False),
    ]
    assert role(KIND, "m1") == "load-balancer"


def test_a_member_has_its_vcenter_and_an_address_on_each_nic() -> None:
    shape = wanted().groups["m2"]
    assert (shape.path, shape.vcenter) == ("members.1", "vc2")
    pools = [shape.pool(nic) for nic in range(3)]
    assert [pool.ranges for pool in pools if pool] == [
        ("10.1.0.12",),
        ("10.2.0.12",),
        ("10.3.0.12",),
    ]
    assert [str(pool.gateway) for pool in pools if pool] == ["10.1.0.1", "None", "None"]
    names = [network.name for network in shape.placement.networks or ()]
    assert names == ["net-10.1.0", "net-10.2.0", "net-10.3.0"]


def test_routes_go_with_their_nic() -> None:
    frontend = wanted().groups["m1"].pool(1)
    assert frontend
    assert [(str(r.to), str(r.via)) for r in frontend.routes] == [("172.16.0.0/12", "10.2.0.1")]


def test_members_are_told_of_every_change() -> None:
    assert told() == told()
    assert told(serverStates={"east1": "drain"}) != told()
    assert told(services=[]) != told()


def test_one_member_will_do() -> None:
    assert len(wanted(members=[member(1)], vips=[], services=[]).desired.groups) == 1


def vintages(**changes: Any) -> list[str]:
    return [group.vintage for group in wanted(**changes).desired.groups]


PASS = {"version": 2, "auth": "PASS"}


def test_nothing_is_made_anew_for_what_members_are_told() -> None:
    before = vintages()
    told = {"serverStates": {"east1": "drain"}, "services": [], "vips": [], "failback": "manual"}
    assert vintages(**told) == before
    assert vintages(firewall={"ssh": ["10.0.0.0/8"]}, vrrp=PASS) == before


@pytest.mark.parametrize(
    "field",
    [{"vcpu": 4}, {"memoryMiB": 4096}, {"diskGiB": 20}, {"template": "other"}, {"vcenter": "x"}],
)
def test_a_member_whose_machine_changes_is_made_anew(field: dict[str, Any]) -> None:
    first, second = vintages()
    changed = vintages(members=[member(1), member(2, **field)])
    assert changed[0] == first
    assert changed[1] != second


@pytest.mark.parametrize(
    "change",
    [
        {"sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGmYEBdJyeXnZQwM9RbkE0aTfqfl0Fxy me"]},
        {"stats": {"secret": "other"}},
        {"stats": None},
        {"statsVersion": 2},
        {"keyVersion": 2},
        {"install": "packages"},
    ],
)
def test_what_is_had_at_the_first_boot_makes_all_anew(change: dict[str, Any]) -> None:
    assert not set(vintages()) & set(vintages(**change))


def test_a_members_site_and_query_are_not_part_of_its_vm() -> None:
    moved = [member(1, site="west"), member(2, image="os=debian12")]
    assert vintages(members=moved) == vintages()


def test_the_end_waits_for_the_vms() -> None:
    assert [task.name for task in wanted(deleting=True).desired.tasks] == [RELEASE]
