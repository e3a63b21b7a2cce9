"""What the watch's sightings make of nodes: guests may claim anything, VMs may be gone unseen."""

from collections.abc import Set

import pytest

from provisioner.domain.nodes import Loss
from provisioner.domain.virtual_machines import NicSeen, VMSeen, WatchBatch
from provisioner.store import leases, nodes
from provisioner.store.tables import Node
from tests.store.estate import NODES, Estate
from tests.unit.documents import addresses, pool
from workflows.activities.sightings import Sightings
from workflows.kinds.kubelet_certificates import known_addresses

VIP = "10.0.0.10"


def seen(node: Node, *addresses: str, moref: str | None = None) -> VMSeen:
    return VMSeen(
        moref=moref or f"vm-{node.name}",
        instance_uuid=node.instance_uuid,
        name=node.name,
        folder="group-1",
        power_state="poweredOn",
        nics=(NicSeen(mac=node.nics[0]["mac"], addresses=addresses),),
    )


def tell(estate: Estate, node: Node, *addresses: str) -> Node:
    """The guest of `node` tells its addresses; the row afterwards."""
    batch = WatchBatch(vms=(seen(node, *addresses),))
    Sightings(estate.database).apply(estate.vcenter, batch, {})
    return found(estate, node)


def found(estate: Estate, node: Node) -> Node:
    return estate.read(lambda session: nodes.get(session, node.id))


@pytest.fixture
def growing(estate: Estate) -> str:
    """A cluster whose master and first worker have planned addresses, its second pool by DHCP."""
    resource = estate.cluster(
        endpoint={"vip": VIP},
        controlPlane={
            "size": 1,
            "template": "debian-12-node",
            "addresses": addresses("10.0.0.11"),
        },
        nodePools=[
            pool("fixed", size=1, addresses=addresses("10.0.0.12")),
            {"name": "dynamic", "size": 2, "template": "debian-12-node"},
        ],
    )
    holder = leases.Holder(resource)
    estate.write(lambda session: leases.take(session, leases.VIP, NODES, VIP, holder))
    estate.look(resource)
    estate.finish(resource)
    estate.look(resource)
    [master] = estate.nodes(resource, "control-plane")
    tell(estate, master, "10.0.0.11", VIP)
    estate.ready([master])
    estate.look(resource)
    return resource


def known(estate: Estate, resource: str, node: Node) -> set[str]:
    return estate.read(lambda session: known_addresses(session, resource))[node.name]


def dynamic(estate: Estate, resource: str) -> list[Node]:
    return estate.nodes(resource, "dynamic")


def test_an_address_by_dhcp_is_what_the_guest_tells(estate: Estate, growing: str) -> None:
    node, _ = dynamic(estate, growing)
    told = tell(estate, node, "fe80::1", "10.0.0.99")
    assert told.address == "10.0.0.99"
    assert told.addressed_at
    assert tell(estate, node, "10.0.0.98").address == "10.0.0.98"


@pytest.mark.parametrize(
    "claimed",
    [VIP, "10.0.0.11", "10.0.0.12", "169.254.3.4", "127.0.0.1", "224.0.0.9", "0.0.0.0", "x" * 90],
)
def test_a_guest_does_not_get_what_it_merely_claims(
    estate: Estate, growing: str, claimed: str
) -> None:
    """Floating, planned for others, or nobody's."""
    node, _ = dynamic(estate, growing)
    told = tell(estate, node, claimed)
    assert (told.address, told.addressed_at) == (None, None)
    assert tell(estate, node, claimed, "10.0.0.99").address == "10.0.0.99"
    if claimed.startswith("10."):
        assert known(estate, growing, node) == {"10.0.0.99"}


def test_nor_what_another_cluster_has_leased(estate: Estate, growing: str) -> None:
    other = estate.cluster("c2", endpoint={"vip": "10.0.0.30"})
    holder = leases.Holder(other)
    estate.write(lambda session: leases.take(session, leases.VIP, NODES, "10.0.0.30", holder))
    node, _ = dynamic(estate, growing)
    assert tell(estate, node, "10.0.0.30").address is None


def test_nor_what_another_member_got_by_dhcp(estate: Estate, growing: str) -> None:
    first, second = dynamic(estate, growing)
    tell(estate, first, "10.0.0.99")
    assert tell(estate, second, "10.0.0.99").address is None
    tell(estate, first)
    assert tell(estate, second, "10.0.0.99").address is None, "it may just be starting again"


def test_an_address_that_another_has_no_more_is_free(estate: Estate, growing: str) -> None:
    first, second = dynamic(estate, growing)
    tell(estate, first, "10.0.0.99")
    estate.ready([first])
    tell(estate, first, "10.0.0.97")
    assert tell(estate, second, "10.0.0.99").address == "10.0.0.99"


def test_a_planned_address_counts_once_the_guest_has_it(estate: Estate, growing: str) -> None:
    [node] = estate.nodes(growing, "fixed")
    for others in (VIP, "10.0.0.11", "10.0.0.77"):
        told = tell(estate, node, others)
        assert (told.address, told.addressed_at) == (None, None)
        assert known(estate, growing, node) <= {"10.0.0.12", "10.0.0.77"}
    told = tell(estate, node, "10.0.0.77", "10.0.0.12")
    assert told.address == "10.0.0.12"
    assert told.addressed_at


def test_an_address_claimed_before_it_is_planned_is_not_certified(
    estate: Estate, growing: str
) -> None:
    node, _ = dynamic(estate, growing)
    tell(estate, node, "10.0.0.13")
    estate.change(
        growing,
        nodePools=[
            pool("fixed", size=2, addresses=addresses("10.0.0.12-10.0.0.13")),
            {"name": "dynamic", "size": 2, "template": "debian-12-node"},
        ],
    )
    estate.look(growing)
    assert known(estate, growing, node) == set()


def unseen(estate: Estate, resource: str, moref: str) -> Node:
    """A worker whose VM the watch has never told of."""
    node, _ = dynamic(estate, resource)
    estate.set(node, moref=moref, powered_on_at=estate.now)
    return node


def look_afresh(estate: Estate, *vms: VMSeen, knows: Set[str] = frozenset()) -> set[str]:
    """A watch begins. Answers whom vCenter was asked for; it says that it knows `knows`."""
    sightings, batch = Sightings(estate.database), WatchBatch(full=True, vms=vms)
    asked = sightings.missed(estate.vcenter, batch)
    sightings.apply(estate.vcenter, batch, {moref: moref in knows for moref in asked})
    return set(asked)


def test_a_new_machine_that_died_unseen_has_failed(estate: Estate, growing: str) -> None:
    node = unseen(estate, growing, "vm-9")
    assert look_afresh(estate) == {"vm-9"}
    assert "disappeared" in (found(estate, node).failure or "")


def test_a_member_that_died_unseen_is_lost(estate: Estate, growing: str) -> None:
    node = unseen(estate, growing, "vm-9")
    estate.ready([node])
    look_afresh(estate)
    assert found(estate, node).lost == Loss.GONE


def test_a_machine_that_vcenter_knows_is_only_younger_than_the_batch(
    estate: Estate, growing: str
) -> None:
    node = unseen(estate, growing, "vm-9")
    look_afresh(estate, knows={"vm-9"})
    assert found(estate, node).failure is None


def test_nobody_is_lost_whom_vcenter_was_not_asked_for(estate: Estate, growing: str) -> None:
    """Its VM came while the others were asked for."""
    sightings, batch = Sightings(estate.database), WatchBatch(full=True)
    assert sightings.missed(estate.vcenter, batch) == []
    node = unseen(estate, growing, "vm-9")
    sightings.apply(estate.vcenter, batch, {})
    assert found(estate, node).failure is None


def test_vcenter_is_asked_for_nobody_who_was_seen(estate: Estate, growing: str) -> None:
    node = unseen(estate, growing, "vm-9")
    assert look_afresh(estate, seen(node, "10.0.0.99", moref="vm-9")) == set()
    assert look_afresh(estate, seen(node, "10.0.0.99", moref="vm-9")) == set()
