"""Every name of a placement stands for exactly one object, or its user learns what there is."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.domain.inventory import Inventory, Resolved
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.placement import Placement, PlacementOverride
from tests.unit.inventories import ROOT, inventory, template, thing

POOL = "nodePools.0"


def wish(
    template_name: str = "debian-12-node", override: dict[str, Any] | None = None, **changes: Any
) -> Wish:
    given = {
        "datacenter": "DC1",
        "cluster": "compute-1",
        "datastore": "local-1",
        "networks": [{"name": "nodes"}],
    }
    placement = {key: value for key, value in (given | changes).items() if value is not None}
    own = PlacementOverride.model_validate(override) if override is not None else None
    return Wish(POOL, template_name, Placement.model_validate(placement), own)


def resolved(asked: Wish, known: Inventory | None = None, root: str = ROOT) -> Resolved:
    resolver = Resolver(known or inventory(), root)
    found = resolver.resolve(asked)
    assert resolver.faults == []
    assert found
    return found


def faults(asked: Wish, known: Inventory | None = None, root: str = ROOT) -> dict[str, str]:
    resolver = Resolver(known or inventory(), root)
    assert resolver.resolve(asked) is None
    return {fault.path: fault.message for fault in resolver.faults}


def test_names_stand_for_the_objects_of_their_datacenter() -> None:
    found = resolved(wish(datacenter="DC2"), root="/DC2/vm/kubernetes")
    places = (found.folder, found.pool, found.storage, found.template, *found.networks)
    assert all(place.path.startswith("/DC2/") for place in places)


def test_a_cluster_stands_for_its_own_pool() -> None:
    assert resolved(wish()).pool.path == "/DC1/host/compute-1/Resources"


def test_without_a_folder_it_is_the_root() -> None:
    assert resolved(wish()).folder.path == ROOT
    assert resolved(wish(folder="masters")).folder.path == f"{ROOT}/masters"


def test_a_datastore_cluster_is_storage_too() -> None:
    found = resolved(wish(datastore=None, datastoreCluster="storage"))
    assert found.storage.type == "StoragePod"


def test_an_absolute_path_stands_for_one_object() -> None:
    path = "/DC1/host/compute-2/Resources/kubernetes"
    assert resolved(wish(resourcePool=path, cluster=None)).pool.path == path
    assert resolved(wish("/DC1/vm/templates/debian-12-node")).template.name == "debian-12-node"


def test_an_ambiguous_name_is_answered_with_the_paths() -> None:
    found = faults(wish(resourcePool="kubernetes", cluster=None))
    assert found == {
        "placement.resourcePool": "'kubernetes' is ambiguous; write one of "
        "/DC1/host/compute-1/Resources/kubernetes, /DC1/host/compute-2/Resources/kubernetes"
    }


def test_a_vm_is_no_template() -> None:
    found = faults(wish("database"))
    assert found == {f"{POOL}.template": "/DC1/vm/templates/database is a VM, not a template"}


@pytest.mark.parametrize("asked", [None, 20, 21])
def test_a_disk_may_be_as_the_templates_or_larger(asked: int | None) -> None:
    assert resolved(replace(wish(), disk_gib=asked)).template.disk_gib == 20


def test_a_disk_smaller_than_the_templates_can_not_be() -> None:
    found = faults(replace(wish(), disk_gib=19))
    assert list(found) == [f"{POOL}.diskGiB"]
    assert "less than the 20 GiB of template debian-12-node" in found[f"{POOL}.diskGiB"]


def test_a_path_of_another_datacenter_is_not_found() -> None:
    assert list(faults(wish("/DC2/vm/templates/debian-12-node"))) == [f"{POOL}.template"]
    near = inventory(thing("Datacenter", "/DC10"), template("/DC10/vm/templates/other"))
    assert list(faults(wish("other"), near)) == [f"{POOL}.template"]


def test_an_unknown_name_is_answered_with_what_there_is() -> None:
    found = faults(wish("debain", datastore="local", networks=[{"name": "nods"}]))
    assert found == {
        "placement.datastore": "no datastore 'local' below /DC1; there are: fast-1, local-1",
        "placement.networks.0.name": "no network 'nods' below /DC1; there are: VM Network, nodes",
        f"{POOL}.template": "no template 'debain' below /DC1; there are: debian-12-node",
    }


def test_only_some_of_many_names_are_shown() -> None:
    many = (template(f"/DC1/vm/templates/t{n}") for n in range(20))
    assert faults(wish("x"), inventory(*many))[f"{POOL}.template"].endswith("t13, t14, ...")


def test_an_unknown_datacenter_hides_only_what_rests_on_it() -> None:
    found = faults(wish("debain", datacenter="DC3", datastore="nothing"))
    assert found["placement.datacenter"] == "no datacenter 'DC3' below /; there are: DC1, DC2"
    assert found.keys() == {"placement.datacenter", "placement.datastore", f"{POOL}.template"}
    assert list(faults(wish(datacenter="DC3"))) == ["placement.datacenter"]


def test_a_root_folder_that_is_gone_is_said() -> None:
    assert "is missing" in faults(wish(), inventory(without=ROOT))["placement.folder"]


def test_vms_do_not_live_in_another_datacenter_than_their_folder() -> None:
    assert "another datacenter" in faults(wish(datacenter="DC2"))["placement.datacenter"]


def test_a_folder_lies_below_the_root() -> None:
    assert list(faults(wish(folder="templates"))) == ["placement.folder"]
    assert list(faults(wish(folder="/DC1/vm/templates"))) == ["placement.folder"]


def test_a_cluster_without_a_pool_is_a_fault() -> None:
    known = inventory(without="/DC1/host/compute-1/Resources")
    assert list(faults(wish(), known)) == ["placement.cluster"]


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ({}, "placement.cluster"),
        ({"networks": [{"name": "nodes"}]}, "placement.cluster"),
        ({"cluster": "other"}, f"{POOL}.placement.cluster"),
        ({"resourcePool": "other"}, f"{POOL}.placement.resourcePool"),
    ],
)
def test_the_field_is_blamed_where_it_was_written(override: dict[str, Any], path: str) -> None:
    assert list(faults(wish(override=override, cluster="nowhere"))) == [path]
