"""Where an image is made, in ids for us and in paths for Packer."""

from collections.abc import Mapping

import pytest

from provisioner.domain.image_places import ImagePlace, PlaceMissing, copy_name, image_place
from provisioner.domain.spec.image import ImageSpec
from tests.unit.inventories import ROOT, inventory

FAST = "Datastore:/DC1/datastore/storage/fast-1"
ID = "0a1b2c3d-0000-4000-8000-000000000000"


def place(
    without: str | None = None, pools: Mapping[str, str] | None = None, **changes: object
) -> ImagePlace:
    placement = {
        "datacenter": "DC1",
        "cluster": "compute-1",
        "datastore": "local-1",
        "networks": [{"name": "nodes"}],
        **dict(changes.pop("placement", {})),
    }
    document = {
        "name": "an-image",
        "vcenter": "lab",
        "source": "clone",
        "definition": "debian-12-node",
        "template": "debian-12-node",
        "placement": {key: value for key, value in placement.items() if value},
        **changes,
    }
    spec = ImageSpec.model_validate(document)
    return image_place(spec, ID, inventory(without=without), ROOT, pools or {})


def test_it_has_a_folder_of_its_own_below_the_root() -> None:
    found = place()
    assert found.folder_path == f"{ROOT}/image-an-image-0a1b2c3d"
    assert found.folder_in_datacenter == "kubernetes/image-an-image-0a1b2c3d"


def test_a_cluster_stands_for_its_own_pool() -> None:
    found = place()
    assert (found.cluster, found.pool_in_cluster) == ("/DC1/host/compute-1", "")


def test_a_pool_is_told_relative_to_its_cluster() -> None:
    pool = "/DC1/host/compute-2/Resources/kubernetes"
    found = place(placement={"cluster": None, "resourcePool": pool})
    assert (found.cluster, found.pool_in_cluster) == ("/DC1/host/compute-2", "kubernetes")


def test_an_image_of_an_iso_needs_no_template() -> None:
    assert place(source="iso", template=None).template is None


def test_each_copy_has_its_datastore_and_name() -> None:
    found = place(copies=["/DC1/datastore/storage/fast-1"])
    [copy] = found.copies
    assert copy.name == "an-image-fast-1"
    assert copy.datastore == FAST
    assert copy.pool == found.pool.moref


def test_a_copy_is_made_in_the_pool_of_who_stands_there() -> None:
    [copy] = place(copies=["fast-1"], pools={FAST: "resgroup-9"}).copies
    assert copy.pool == "resgroup-9"


def test_copies_on_datastores_of_long_names_are_told_apart() -> None:
    name, datastore = "n" * 63, "a-datastore-with-a-long-name"
    names = {copy_name(name, f"{datastore}-{number}") for number in range(9)}
    assert len(names) == 9
    assert all(len(one) <= 80 for one in names)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"template": "debian-13"}, "template: no template 'debian-13'"),
        ({"placement": {"datastore": "sold"}}, "placement.datastore: no datastore 'sold'"),
        ({"copies": ["sold"]}, "copies.0: no datastore 'sold'"),
    ],
)
def test_what_is_missing_is_told_with_its_field(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(PlaceMissing, match=reason):
        place(**changes)
