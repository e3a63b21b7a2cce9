"""The watch's bookkeeping alone, fed with what vCenter would report."""

from pyVmomi import vim

from provisioner.domain.virtual_machines import WatchBatch
from provisioner.vsphere.inventory import Inventory
from provisioner.vsphere.updates import Change

ALL, OURS = "filter-all", "filter-ours"
DATACENTER = vim.Datacenter("dc-1")
VM_FOLDER = vim.Folder("group-v")
ROOT = vim.Folder("group-ours")


def told(managed, name: str, parent=None, **more: object) -> Change:
    properties = {key.replace("_", "."): value for key, value in more.items()}
    return Change(ALL, managed, False, {"name": name, "parent": parent, **properties})


def machine(managed, **given: object) -> Change:
    properties = {
        "name": managed._moId,
        "parent": ROOT,
        "config.instanceUuid": f"uuid-{managed._moId}",
        "runtime.powerState": "poweredOff",
    } | {key.replace("_", "."): value for key, value in given.items()}
    return Change(OURS, managed, False, properties)


def gone(managed, of: str) -> Change:
    return Change(of, managed, True, {})


def filled() -> Inventory:
    inventory = Inventory(ROOT._moId)
    hidden_root = vim.Folder("group-d1")
    changes = [
        told(DATACENTER, "DC1", hidden_root),
        told(VM_FOLDER, "vm", DATACENTER),
        told(ROOT, "ours", VM_FOLDER),
    ]
    inventory.apply(changes, OURS)
    return inventory


def paths(batch: WatchBatch) -> dict[str, str]:
    return {one.moref: one.path for one in batch.objects}


def test_first_batch_is_full_and_later_ones_tell_changes_only():
    inventory = filled()

    first, second = inventory.batch(), inventory.batch()

    assert first.full
    assert paths(first) == {"dc-1": "/DC1", "group-v": "/DC1/vm", "group-ours": "/DC1/vm/ours"}
    assert second == WatchBatch()


def test_same_facts_again_are_not_told_again():
    inventory = filled()
    vm = vim.VirtualMachine("vm-1")
    changes = [told(vm, "vm-1", ROOT), machine(vm)]
    inventory.apply(changes, OURS)
    assert len(inventory.batch().vms) == 1

    inventory.apply(changes, OURS)

    assert inventory.batch() == WatchBatch()


def test_vm_without_its_identity_is_not_told_yet():
    inventory = filled()
    inventory.batch()
    vm = vim.VirtualMachine("vm-1")

    inventory.apply([told(vm, "vm-1", ROOT), machine(vm, config_instanceUuid=None)], OURS)
    assert inventory.batch() == WatchBatch()

    inventory.apply([Change(OURS, vm, False, {"config.instanceUuid": "late"})], OURS)
    assert [one.instance_uuid for one in inventory.batch().vms] == ["late"]


def test_vm_moved_out_of_our_folder_becomes_an_object():
    inventory = filled()
    vm = vim.VirtualMachine("vm-1")
    inventory.apply([told(vm, "vm-1", ROOT), machine(vm)], OURS)
    inventory.batch()

    moved = Change(ALL, vm, False, {"parent": VM_FOLDER})
    inventory.apply([moved, gone(vm, OURS)], OURS)
    batch = inventory.batch()

    assert batch.vms_gone == ("vm-1",)
    assert paths(batch) == {"vm-1": "/DC1/vm/vm-1"}


def test_template_is_sized_once_for_as_long_as_it_is_one():
    inventory = filled()
    vm = vim.VirtualMachine("vm-1")
    template = told(vm, "vm-1", VM_FOLDER, config_template=True)
    inventory.apply([template], OURS)
    assert inventory.templates_without_size() == ["vm-1"]
    inventory.set_size("vm-1", 20)
    inventory.batch()

    inventory.apply([template], OURS)
    assert inventory.templates_without_size() == []

    inventory.apply([Change(ALL, vm, False, {"config.template": False})], OURS)
    inventory.batch()
    inventory.apply([template], OURS)
    assert inventory.templates_without_size() == ["vm-1"]


def test_moved_folder_takes_the_paths_below_it_along():
    inventory = filled()
    folder, below = vim.Folder("group-1"), vim.Folder("group-2")
    inventory.apply([told(folder, "a", ROOT), told(below, "b", folder)], OURS)
    inventory.batch()

    inventory.apply([Change(ALL, folder, False, {"parent": VM_FOLDER})], OURS)

    assert paths(inventory.batch()) == {"group-1": "/DC1/vm/a", "group-2": "/DC1/vm/a/b"}


def test_object_that_vcenter_drops_is_gone():
    inventory = filled()
    inventory.batch()

    inventory.apply([gone(ROOT, ALL)], OURS)

    assert inventory.batch().objects_gone == ("group-ours",)


def test_kinds_that_nobody_asks_for_are_left_out():
    inventory = filled()
    inventory.batch()

    inventory.apply([told(vim.VirtualApp("resgroup-v1"), "app", VM_FOLDER)], OURS)

    assert inventory.batch() == WatchBatch()
