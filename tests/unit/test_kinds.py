"""What the machinery learns of a cluster's document: wishes, and the shapes of its groups."""

from provisioner.domain.clusters import KIND, role, shapes
from provisioner.domain.kinds import READERS
from provisioner.domain.planning.wishes import When
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.wanted import Wanted
from tests.unit.documents import cluster_document, rich_document


def read(document: dict, **state: object) -> Wanted:
    return READERS[KIND](document, **({"generation": 3, "epoch": 4, "deleting": False} | state))


def test_every_group_has_a_wish_and_a_shape() -> None:
    wanted = read(rich_document())
    assert (wanted.desired.generation, wanted.desired.epoch) == (3, 4)
    assert [wish.name for wish in wanted.desired.groups] == list(wanted.groups)
    assert [shape.path for shape in wanted.groups.values()] == [
        "controlPlane",
        "nodePools.0",
        "nodePools.1",
    ]


def test_a_shape_has_the_machine_and_both_placements() -> None:
    masters = read(rich_document()).groups["control-plane"]
    assert (masters.machine.vcpu, masters.machine.disk_gib) == (4, 40)
    assert masters.placement.datacenter == "DC1"
    assert masters.machine.placement
    assert masters.machine.placement.folder == "masters"


def test_deleting_leaves_one_task_for_the_end() -> None:
    desired = read(cluster_document(), deleting=True).desired
    assert [wish.when for wish in desired.tasks] == [When.AFTER_NODES]


def test_groups_of_one_name_keep_their_own_paths() -> None:
    """Their faults are told apart."""
    pool = cluster_document()["nodePools"][0]
    spec = ClusterSpec.model_validate(cluster_document(nodePools=[pool, pool]))
    found = [(shape.name, shape.path) for shape in shapes(spec)][1:]
    assert found == [("pool1", "nodePools.0"), ("pool1", "nodePools.1")]


def test_the_control_planes_nodes_are_masters() -> None:
    assert (role("control-plane"), role("pool1")) == ("master", "worker")
