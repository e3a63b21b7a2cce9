"""What nodes report is taken down once, and only as long as it can change anything."""

import pytest

from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import visits
from provisioner.store.tables import Node
from provisioner.store.visits import Visitor
from tests.store.crowds import at_once
from tests.store.estate import Estate


@pytest.fixture
def node(estate: Estate) -> Node:
    resource = estate.cluster()
    estate.look(resource)
    return estate.nodes(resource, "pool1")[0]


def now(estate: Estate, node: Node) -> Visitor:
    found = estate.read(lambda session: visits.find(session, node.id))
    assert found
    return found


def reasons(estate: Estate, node: Node) -> list[str]:
    return [event.reason for event in estate.events(node.resource_id) if event.node_id == node.id]


def test_nobody_unknown_is_found(estate: Estate) -> None:
    assert estate.read(lambda session: visits.find(session, "nobody")) is None


def test_a_visitor_has_the_role_of_its_group(estate: Estate, node: Node) -> None:
    master = estate.nodes(node.resource_id, CONTROL_PLANE)[0]
    assert (now(estate, master).role, now(estate, node).role) == ("master", "worker")


def test_progress_is_also_the_first_contact(estate: Estate, node: Node) -> None:
    estate.write(lambda session: visits.note_progress(session, node, "pulling images"))
    first = now(estate, node).node
    assert (first.progress, bool(first.contacted_at)) == ("pulling images", True)
    estate.write(lambda session: visits.note_progress(session, node, "joining"))
    later = now(estate, node).node
    assert (later.progress, later.contacted_at) == ("joining", first.contacted_at)


def test_the_first_failure_is_the_reason(estate: Estate, node: Node) -> None:
    news = [
        estate.write(lambda session, text=text: visits.note_failure(session, node, text))
        for text in ("kubeadm failed", "no certificate")
    ]
    assert news == [True, False]
    assert now(estate, node).node.failure == "kubeadm failed"
    assert now(estate, node).powerless
    assert reasons(estate, node).count("NodeFailed") == 1


@pytest.mark.parametrize("report", [visits.request_join, visits.report_ready])
def test_a_report_is_news_once_however_often_it_comes(
    estate: Estate, node: Node, report: object
) -> None:
    assert callable(report)
    news = at_once(8, lambda _: estate.write(lambda session: report(session, node)))
    assert sorted(news) == [False] * 7 + [True]


@pytest.mark.parametrize("phase", [Phase.REMOVING, Phase.GONE])
def test_who_is_on_its_way_out_reports_nothing(estate: Estate, node: Node, phase: Phase) -> None:
    estate.set(node, phase=phase)
    assert now(estate, node).powerless
    assert not estate.write(lambda session: visits.request_join(session, node))
    assert not estate.write(lambda session: visits.report_ready(session, node))
    assert not estate.write(lambda session: visits.note_failure(session, node, "it broke"))
    assert now(estate, node).node.failure is None


def test_deletion_takes_every_visitors_power(estate: Estate, node: Node) -> None:
    assert not now(estate, node).powerless
    estate.delete(node.resource_id)
    assert now(estate, node).powerless


def test_who_reported_ready_is_settled(estate: Estate, node: Node) -> None:
    assert not now(estate, node).settled
    estate.write(lambda session: visits.report_ready(session, node))
    assert now(estate, node).settled


def test_all_masters_a_cluster_ever_had_are_known(estate: Estate, node: Node) -> None:
    master = estate.nodes(node.resource_id, CONTROL_PLANE)[0]
    estate.set(master, phase=Phase.GONE)
    found = estate.read(lambda session: visits.masters(session, node.resource_id))
    assert len(found) == 3
    assert {one.group for one in found} == {CONTROL_PLANE}
