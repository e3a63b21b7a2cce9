"""What a load balancer leases, and where its members go."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.faults import InvalidRequest
from provisioner.domain.load_balancers import KIND
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.virtual_machines import WatchBatch
from provisioner.store import (
    inventory,
    leases,
    load_balancer_estates,
    load_balancer_leases,
    resources,
)
from provisioner.store.leases import Holder
from provisioner.store.resources import NewResource
from provisioner.store.tables import Resource, VCenter
from tests.edge.documents import document, member, vip
from tests.store.estate import NODES, Estate
from tests.store.lives import alive, conditions, fail
from tests.unit.inventories import objects


@pytest.fixture(autouse=True)
def name_of_the_vcenter(estate: Estate) -> None:
    estate.set_vcenter(name="vc1")


def placed(number: int, **changes: Any) -> dict[str, Any]:
    """One NIC, in the estate's inventory."""
    address = f"10.2.0.{10 + number}/24"
    made = member(number, vcenter="vc1", template="debian-12-node") | {
        "placement": {"datacenter": "DC1", "cluster": "compute-1", "datastore": "local-1"},
        "networks": {"management": {"network": "nodes", "address": address}},
    }
    return made | changes


def pair(**changes: Any) -> LoadBalancerSpec:
    body = document(members=[placed(1), placed(2)]) | changes
    return LoadBalancerSpec.model_validate(body)


def reserve(estate: Estate, spec: LoadBalancerSpec, name: str = "edge") -> tuple[int, ...]:
    recorded = spec.model_dump(mode="json", by_alias=True, exclude_none=True)

    def change(session: Session) -> tuple[int, ...]:
        asked = NewResource(estate.org, KIND, name, estate.vcenter, recorded, "alice")
        resource, _ = resources.create(session, asked)
        found = load_balancer_estates.find_estate(session, estate.org, spec)
        assert found.faults == ()
        return load_balancer_leases.reserve(session, resource, spec, found)

    return estate.write(change)


def faults(estate: Estate, spec: LoadBalancerSpec) -> list[str]:
    found = estate.read(
        lambda session: load_balancer_estates.find_estate(session, estate.org, spec)
    )
    return [fault.path for fault in found.faults]


def held(estate: Estate) -> set[str]:
    return set(estate.read(lambda session: leases.taken_addresses(session, NODES)))


def test_members_addresses_and_vips_are_nobody_elses(estate: Estate) -> None:
    assert reserve(estate, pair()) == (1, 2)
    assert held(estate) == {"10.2.0.11", "10.2.0.12", "10.2.0.101", "10.2.0.102"}


def test_another_pair_gets_other_router_ids(estate: Estate) -> None:
    reserve(estate, pair())
    other = [placed(1, networks=nics("10.2.0.21")), placed(2, networks=nics("10.2.0.22"))]
    spec = pair(members=other, vips=[vip(1, address="10.2.0.111")], services=[])
    assert reserve(estate, spec, "other") == (3, 4)


def nics(address: str) -> dict[str, Any]:
    return {"management": {"network": "nodes", "address": f"{address}/24"}}


def test_all_that_is_taken_is_told_at_once_and_nothing_is_leased(estate: Estate) -> None:
    holder = Holder(estate.cluster("c2"))
    for address in ("10.2.0.12", "10.2.0.101", "10.2.0.205"):
        estate.write(
            lambda session, address=address: leases.take(
                session, leases.VIP, NODES, address, holder
            )
        )
    with pytest.raises(InvalidRequest) as refused:
        reserve(estate, pair(serviceRange="10.2.0.200-10.2.0.210"))
    assert [fault.path for fault in refused.value.faults] == [
        "members.1.networks.management.address",
        "serviceRange",
        "vips.0.address",
    ]
    assert held(estate) == {"10.2.0.12", "10.2.0.101", "10.2.0.205"}


def test_a_member_waits_for_its_address_as_long_as_a_vm_has_it(estate: Estate) -> None:
    reserve(estate, pair())
    [resource] = estate.read(lambda session: session.scalars(select(Resource.id)).all())
    estate.look(resource)
    estate.finish(resource)
    fail(estate, alive(estate, resource, "m1")[0])
    estate.look(resource)
    waiting = conditions(estate, resource)["GroupReady/m1"]
    assert "its address is free again when the VM that has it is gone" in waiting["message"]


def test_what_a_members_vcenter_lacks_is_named_where_its_user_wrote_it(estate: Estate) -> None:
    astray = placed(2, networks={"management": {"network": "x", "address": "10.2.0.12/24"}})
    astray["placement"]["cluster"] = "y"
    spec = pair(members=[placed(1, vcenter="vc9"), astray])
    assert faults(estate, spec) == [
        "members.0.vcenter",
        "members.1.networks.management.network",
        "members.1.placement.cluster",
    ]


def join_vcenter(estate: Estate, name: str) -> None:
    """Another one with the same things in it."""

    def change(session: Session) -> None:
        first = session.get_one(VCenter, estate.vcenter)
        values = {column.name: getattr(first, column.name) for column in VCenter.__table__.columns}
        row = VCenter(**values | {"id": name, "name": name, "instance_uuid": name})
        session.add(row)
        inventory.apply(session, row, WatchBatch(full=True, objects=tuple(objects())))

    estate.write(change)


def test_members_in_two_vcenters_lease_in_both(estate: Estate) -> None:
    join_vcenter(estate, "vc2")
    afar = "vc2/DistributedVirtualPortgroup:/DC1/network/nodes"
    other = Holder(estate.cluster("c2"))
    estate.write(lambda session: leases.take_vrid(session, afar, other))
    spec = pair(members=[placed(1), placed(2, vcenter="vc2")])
    assert reserve(estate, spec) == (2, 3)
    assert held(estate) == {"10.2.0.11", "10.2.0.101", "10.2.0.102"}
    there = estate.read(lambda session: leases.taken_addresses(session, afar))
    assert set(there) == {"10.2.0.12", "10.2.0.101", "10.2.0.102"}
