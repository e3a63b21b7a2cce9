"""The floating address of three masters: whatever happens, one of them answers at it.

Outages are measured and printed, never asserted: machines differ.
"""

import pytest

from provisioner.bootstrap.channel import Applied
from tests.net.keepalived_service import PID, VRRP_PID
from tests.net.machines import needs_root
from tests.net.masters import Master
from tests.net.observing import Figures, Lab, wait_for

pytestmark = needs_root


@pytest.fixture(autouse=True)
def _settled(lab: Lab) -> None:
    lab.settle()


def test_it_leaves_a_master_whose_api_server_dies_and_does_not_come_back(
    lab: Lab, figures: Figures
) -> None:
    dead = lab.holder
    seen = lab.see(dead.kill_api)
    figures.note("api_killed_s", seen.outage)
    [successor] = seen.holders
    assert seen.answering == [dead.name, successor.name]
    returned = lab.see_return(dead.start_api)
    assert (returned.holders, returned.answering) == ([successor], [successor.name])


def test_it_leaves_a_master_whose_link_is_down(lab: Lab, figures: Figures) -> None:
    cut = lab.holder
    seen = lab.see(lambda: lab.cluster.switch.pull(cut.name))
    figures.note("link_down_s", seen.outage)
    [successor] = seen.holders
    assert seen.answering == [cut.name, successor.name]
    lab.cluster.switch.put_back(cut.name)
    lab.settle()
    assert lab.holder is successor


def test_a_master_that_is_cut_off_unnoticed_lets_go_of_it(lab: Lab, figures: Figures) -> None:
    """Its API server is not alive without a majority of etcd's members."""
    alone = lab.holder
    seen = lab.see(lambda: lab.cluster.switch.cut_off(alone.name))
    figures.note("partition_s", seen.outage)
    [successor] = seen.holders
    assert seen.answering == [alone.name, successor.name]
    healed = lab.see(lambda: lab.cluster.switch.reconnect(alone.name))
    assert (healed.holders, healed.answering) == ([successor], [successor.name])


@pytest.mark.parametrize("victims", [[PID], [VRRP_PID], [PID, VRRP_PID]])
def test_keepalived_that_is_killed_leaves_no_second_holder(lab: Lab, victims: list[str]) -> None:
    master = lab.holder
    seen = lab.see(lambda: master.kill(*victims))
    assert len(seen.holders) == 1
    assert seen.answering[-1] == seen.holders[0].name


def test_peers_change_without_an_outage_when_a_master_is_replaced(
    lab: Lab, figures: Figures
) -> None:
    holder, [dead, staying] = lab.holder, lab.others()
    cluster = lab.cluster

    told: dict[Master, str] = {}

    def replace() -> None:
        cluster.masters.remove(dead)
        dead.power_off()
        newcomer = cluster.add("10.77.0.14")
        told.update((each, each.tell()) for each in (holder, staying))
        newcomer.start_keepalived()
        newcomer.start_api()

    seen = lab.see(replace)
    figures.note("master_replaced_s", seen.outage)
    assert (seen.holders, seen.answering) == ([holder], [holder.name])
    for each, revision in told.items():
        assert each.applied() == Applied(revision=revision, outcome="applied")
    lab.settle()
    holder.stop_keepalived()
    wait_for(lambda: cluster.holders() not in ([], [holder]), lambda: "a successor")
    holder.start_keepalived()


def test_the_holder_hands_the_address_over_before_it_goes(lab: Lab, figures: Figures) -> None:
    cluster, leaving = lab.cluster, lab.holder
    staying = lab.others()

    def replace() -> None:
        leaving.tell(leaving.keepalived_conf(leaving=True))
        wait_for(lambda: cluster.holders() in ([one] for one in staying), leaving.log)
        cluster.masters.remove(leaving)
        leaving.power_off()
        newcomer = cluster.add("10.77.0.15")
        for each in staying:
            each.tell()
        newcomer.start_keepalived()
        newcomer.start_api()

    seen = lab.see(replace)
    figures.note("master_replaced_s", seen.outage)
    [successor] = seen.holders
    assert seen.answering == [leaving.name, successor.name]
    lab.settle()


def test_a_holder_that_nobody_can_succeed_keeps_the_address(lab: Lab) -> None:
    holder, others = lab.holder, lab.others()
    for other in others:
        other.stop_keepalived()
    kept = lab.see(lambda: holder.tell(holder.keepalived_conf(leaving=True)))
    assert (kept.holders, kept.answering) == ([holder], [holder.name])
    for other in others:
        other.start_keepalived()
    wait_for(lambda: lab.cluster.holders() in ([other] for other in others), holder.log)
    holder.tell()
    lab.settle()


def test_a_master_that_began_alone_hears_of_the_others(lab: Lab) -> None:
    """Without peers keepalived multicasts; told of some, it goes on as the holder."""
    holder, others = lab.holder, lab.others()
    for other in others:
        other.stop_keepalived()
    cluster = lab.cluster
    present = list(cluster.masters)
    cluster.masters[:] = [holder]
    holder.tell()
    cluster.masters[:] = present
    seen = lab.see(holder.tell)
    assert (seen.holders, seen.answering) == ([holder], [holder.name])
    for other in others:
        other.start_keepalived()
    lab.settle()
    assert lab.holder is holder


def test_a_document_that_is_refused_changes_nothing(lab: Lab) -> None:
    holder = lab.holder
    wrong = holder.keepalived_conf().replace("nopreempt", "nopremption")
    seen = lab.see_return(lambda: holder.tell(wrong))
    assert (seen.holders, seen.answering) == ([holder], [holder.name])
    report = holder.applied()
    assert report
    assert report.outcome == "refused"
    assert "nopremption" in report.message
