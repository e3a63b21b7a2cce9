"""A node's identity is complete, and leased, before anything is done with it."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from provisioner.domain.machines import NicPlan, Place
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import leases
from provisioner.store.tables import Lease, Node
from tests.store.estate import NODES, Estate
from tests.unit.documents import addresses, pool
from tests.unit.world import DEADLINES


def with_addresses(*ranges: str, size: int = 2, **changes: Any) -> dict[str, Any]:
    given = pool(size=size, addresses=addresses(*ranges), placement=None)
    return {"nodePools": [given | changes]}


def workers(estate: Estate, resource: str) -> list[Node]:
    """In the order of their addresses."""
    found = [node for node in estate.nodes(resource, "pool1") if node.phase == Phase.CREATING]
    return sorted(found, key=lambda node: nic(node).address or "")


def leased(estate: Estate, kind: str) -> list[Lease]:
    query = select(Lease).where(Lease.kind == kind).order_by(Lease.value)
    return estate.read(lambda session: list(session.scalars(query)))


def nic(node: Node, index: int = 0) -> NicPlan:
    return NicPlan.model_validate(node.nics[index])


def test_each_node_is_somebody(estate: Estate) -> None:
    resource = estate.cluster()
    estate.look(resource)
    found = estate.nodes(resource)
    for values in zip(*((n.name, n.instance_uuid, n.token_id) for n in found), strict=True):
        assert len(set(values)) == 5
    for node in found:
        assert re.fullmatch(r"c1-(control-plane|pool1)-[a-z0-9]{5}", node.name)
        assert node.token_expires_at - node.token_issued_at == DEADLINES.total()


def test_a_place_is_made_of_objects_not_of_names(estate: Estate) -> None:
    resource = estate.cluster(**with_addresses("10.0.0.20-10.0.0.29"))
    estate.look(resource)
    place = Place.model_validate(workers(estate, resource)[0].place)
    assert place.folder == "Folder:/DC1/vm/kubernetes"
    assert place.pool == "ResourcePool:/DC1/host/compute-1/Resources"
    assert place.template == "VirtualMachine:/DC1/vm/templates/debian-12-node"
    assert (place.storage_type, place.vcpu, place.memory_mib, place.disk_gib) == (
        "Datastore",
        2,
        4096,
        20,
    )


def test_without_a_pool_of_addresses_a_node_asks_dhcp(estate: Estate) -> None:
    resource = estate.cluster()
    estate.look(resource)
    found = nic(workers(estate, resource)[0])
    assert (found.address, found.gateway, found.nameservers) == (None, None, ())
    assert found.network_type == "DistributedVirtualPortgroup"


def test_static_addresses_are_leased_with_the_node(estate: Estate) -> None:
    resource = estate.cluster(**with_addresses("10.0.0.20-10.0.0.29"))
    estate.look(resource)
    found = workers(estate, resource)
    assert [nic(node).address for node in found] == ["10.0.0.20/24", "10.0.0.21/24"]
    assert str(nic(found[0]).gateway) == "10.0.0.1"
    assert [str(one) for one in nic(found[0]).nameservers] == ["10.0.0.2", "10.0.0.3"]
    held = {lease.value: lease.node_id for lease in leased(estate, leases.ADDRESS)}
    assert held == {"10.0.0.20": found[0].id, "10.0.0.21": found[1].id}


def test_routes_go_with_the_address(estate: Estate) -> None:
    route = {"to": "10.9.0.0/16", "via": "10.0.0.2"}
    given = pool(size=1, addresses=addresses("10.0.0.20") | {"routes": [route]}, placement=None)
    resource = estate.cluster(nodePools=[given])
    estate.look(resource)
    [found] = nic(workers(estate, resource)[0]).routes
    assert found.model_dump(mode="json") == route


def test_every_nic_has_a_mac_of_its_own_and_the_first_the_address(estate: Estate) -> None:
    networks = {"networks": [{"name": "nodes"}, {"name": "VM Network"}]}
    body = with_addresses("10.0.0.20-10.0.0.29", placement=networks)
    resource = estate.cluster(**body)
    estate.look(resource)
    node = workers(estate, resource)[0]
    assert [nic(node, index).network_type for index in (0, 1)] == [
        "DistributedVirtualPortgroup",
        "Network",
    ]
    assert nic(node, 1).address is None
    macs = [lease.value for lease in leased(estate, leases.MAC) if lease.node_id == node.id]
    assert sorted(macs) == sorted(nic(node, index).mac for index in (0, 1))


def test_addresses_in_use_are_passed_over(estate: Estate) -> None:
    other = leases.Holder(estate.cluster("c2"))
    estate.write(lambda session: leases.take(session, leases.VIP, NODES, "10.0.0.21", other))
    resource = estate.cluster(**with_addresses("10.0.0.20-10.0.0.29"))
    estate.look(resource)
    found = [nic(node).address for node in workers(estate, resource)]
    assert found == ["10.0.0.20/24", "10.0.0.22/24"]


def test_nodes_that_find_no_address_wait_until_one_is_free(estate: Estate) -> None:
    resource = estate.cluster(**with_addresses("10.0.0.20-10.0.0.21", size=3))
    made = estate.look(resource)
    assert len(workers(estate, resource)) == 2
    assert [(one.group, one.missing) for one in made.shortages] == [("pool1", 1)]
    assert estate.resource(resource).status == "DEGRADED"
    estate.ready(estate.nodes(resource))
    estate.look(resource)
    assert "no free address" in str(estate.operation(resource).reason)
    wider = with_addresses("10.0.0.20-10.0.0.22", size=3)
    estate.change(resource, **wider)
    estate.look(resource)
    assert [nic(node).address for node in workers(estate, resource)] == ["10.0.0.22/24"]


def test_groups_that_share_a_range_get_what_there_is(estate: Estate) -> None:
    shared = addresses("10.0.0.20-10.0.0.23")
    resource = estate.cluster(
        nodePools=[
            pool(name, size=3, addresses=shared, placement=None) for name in ("pool1", "pool2")
        ]
    )
    made = estate.look(resource)
    found = [node for group in ("pool1", "pool2") for node in estate.nodes(resource, group)]
    assert len({nic(node).address for node in found}) == len(found) == 4
    assert sum(one.missing for one in made.shortages) == 2


def test_a_replacement_has_an_identity_and_an_address_of_its_own(estate: Estate) -> None:
    resource = estate.cluster(**with_addresses("10.0.0.20-10.0.0.29"))
    estate.look(resource)
    failed = workers(estate, resource)[0]
    estate.set(failed, failure="it broke")
    estate.look(resource)
    (after,) = [node for node in estate.nodes(resource) if node.replaces == failed.id]
    assert (nic(after).address, nic(failed).address) == ("10.0.0.22/24", "10.0.0.20/24")
    assert after.instance_uuid != failed.instance_uuid


def test_a_huge_range_costs_no_time(estate: Estate) -> None:
    body = with_addresses("10.0.0.1-10.255.255.254")
    body["nodePools"][0]["addresses"]["prefixLength"] = 8
    resource = estate.cluster(**body)
    estate.look(resource)
    assert [nic(node).address for node in workers(estate, resource)] == ["10.0.0.1/8", "10.0.0.2/8"]


@pytest.mark.parametrize("group", [CONTROL_PLANE, "pool1"])
def test_a_group_that_has_no_place_gets_no_nodes_and_the_others_do(
    estate: Estate, group: str
) -> None:
    elsewhere = {"folder": "nowhere"}
    body: dict[str, Any] = {
        "controlPlane": {"size": 1, "template": "debian-12-node"},
        "nodePools": [{"name": "pool1", "size": 1, "template": "debian-12-node"}],
    }
    (body["controlPlane"] if group == CONTROL_PLANE else body["nodePools"][0]).update(
        placement=elsewhere
    )
    resource = estate.cluster(**body)
    made = estate.look(resource)
    assert [one.group for one in made.shortages] == [group]
    assert {node.group for node in estate.nodes(resource)} == {CONTROL_PLANE, "pool1"} - {group}
