"""What masters are told that share a floating address."""

import base64
import gzip
import json

from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import leases
from provisioner.store.tables import Node
from tests.store.estate import NODES, Estate
from workflows.kinds.cluster_members import configurations, farewell
from workflows.kinds.interface import Configuration


def floating(estate: Estate, **document: object) -> tuple[str, list[Node]]:
    resource = estate.cluster(**document)
    holder = leases.Holder(resource)
    estate.write(lambda session: leases.take_vrid(session, NODES, holder))
    estate.settle(resource)
    masters = estate.nodes(resource, CONTROL_PLANE)
    for index, node in enumerate(masters):
        estate.set(node, address=f"10.0.0.2{index}")
    return resource, estate.nodes(resource, CONTROL_PLANE)


def keepalived(given: Configuration) -> str:
    packed = base64.b64decode(given.values["guestinfo.pke.configuration"])
    return str(json.loads(gzip.decompress(packed))["sections"]["keepalived"])


def test_who_leaves_makes_way_for_any_other(estate: Estate) -> None:
    resource, [leaving, *_] = floating(estate)
    estate.set(leaving, phase=Phase.REMOVING)
    told = farewell(estate.database, leaving.id)
    assert told
    text = keepalived(told.configuration)
    assert "priority 1\n" in text
    assert "10.0.0.21" not in text
    usual = configurations(estate.database, resource)
    assert usual[leaving.id].revision != told.configuration.revision
    for node_id, given in usual.items():
        assert "10.0.0.20" in keepalived(given), node_id


def test_nobody_makes_way_while_none_else_serves(estate: Estate) -> None:
    _, [leaving, lost, going] = floating(estate)
    estate.set(leaving, phase=Phase.REMOVING)
    estate.set(lost, lost=Loss.OFF)
    estate.set(going, phase=Phase.REMOVING)
    assert farewell(estate.database, leaving.id) is None


def test_who_can_not_hear_it_is_not_told(estate: Estate) -> None:
    resource, [lost, never_ready, leaving] = floating(estate)
    [worker, *_] = estate.nodes(resource, "pool1")
    estate.set(lost, phase=Phase.REMOVING, lost=Loss.OFF)
    estate.set(never_ready, phase=Phase.REMOVING, ready_at=None)
    for node in (lost, never_ready, worker):
        assert farewell(estate.database, node.id) is None
    estate.delete(resource)
    assert farewell(estate.database, leaving.id) is None


def test_without_a_floating_address_there_is_nothing_to_leave(estate: Estate) -> None:
    endpoint = {"mode": "external", "dnsName": "k8s.example.com"}
    _, [leaving, *_] = floating(estate, endpoint=endpoint)
    estate.set(leaving, phase=Phase.REMOVING)
    assert farewell(estate.database, leaving.id) is None
