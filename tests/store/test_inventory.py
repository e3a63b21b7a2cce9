"""What the watch saw, batch by batch."""

from typing import Any

from provisioner.domain.virtual_machines import NicSeen, VMSeen, WatchBatch
from provisioner.store import inventory
from provisioner.store.tables import VCenter
from tests.store.estate import Estate, found_estate
from tests.unit.inventories import objects, template, thing

TEMPLATE = template("/DC1/vm/kubernetes/golden").model_copy(update={"moref": "vm-1"})


def vm(number: int, **facts: Any) -> VMSeen:
    given = {"moref": f"vm-{number}", "name": f"vm{number}", "folder": "group-1"} | facts
    given |= {
        "instance_uuid": f"uuid-{number}",
        "power_state": facts.get("power_state", "poweredOn"),
    }
    return VMSeen.model_validate(given)


def vms(estate: Estate) -> dict[str, VMSeen]:
    found = estate.read(lambda session: inventory.machines(session, estate.vcenter))
    return {one.moref: one for one in found}


def paths(estate: Estate) -> set[str]:
    known = estate.read(lambda session: inventory.load(session, estate.vcenter))
    return {item.path for item in known.objects}


def test_everything_comes_back_as_it_was_seen(estate: Estate) -> None:
    seen = vm(1, tools_running=True, nics=(NicSeen(mac="00:50:56:00:00:01", addresses=("::1",)),))
    estate.watch(WatchBatch(vms=(seen,)))
    assert vms(estate) == {"vm-1": seen}
    known = estate.read(lambda session: inventory.load(session, estate.vcenter))
    assert {item.path: item for item in known.objects} == {item.path: item for item in objects()}


def test_a_batch_adds_replaces_and_removes(estate: Estate) -> None:
    estate.watch(WatchBatch(vms=(vm(1), vm(2)), objects=(thing("Folder", "/DC1/vm/new"),)))
    estate.watch(WatchBatch(vms=(vm(1, power_state="poweredOff"),), vms_gone=("vm-2",)))
    assert {moref: one.power_state for moref, one in vms(estate).items()} == {"vm-1": "poweredOff"}
    assert "/DC1/vm/new" in paths(estate)
    estate.watch(WatchBatch(objects_gone=("Folder:/DC1/vm/new",)))
    assert "/DC1/vm/new" not in paths(estate)


def test_the_same_batch_again_changes_nothing(estate: Estate) -> None:
    batch = WatchBatch(vms=(vm(1),), objects=(TEMPLATE.model_copy(update={"moref": "vm-9"}),))
    estate.watch(batch)
    before = (vms(estate), paths(estate))
    estate.watch(batch)
    estate.watch(WatchBatch(vms_gone=("vm-77",), objects_gone=("group-77",)))
    assert (vms(estate), paths(estate)) == before


def test_after_a_full_batch_there_is_nothing_else(estate: Estate) -> None:
    estate.watch(WatchBatch(vms=(vm(1), vm(2))))
    estate.watch(WatchBatch(full=True, vms=(vm(2),), objects=(thing("Datacenter", "/DC9"),)))
    assert set(vms(estate)) == {"vm-2"}
    assert paths(estate) == {"/DC9"}


def test_a_full_batch_is_about_one_vcenter(estate: Estate) -> None:
    other = found_estate(estate.database, "other")
    estate.watch(WatchBatch(vms=(vm(1),)))
    other.watch(WatchBatch(full=True))
    assert set(vms(estate)) == {"vm-1"}
    assert paths(other) == set()
    assert paths(estate)


def test_a_vm_turned_into_a_template_is_an_object_and_back(estate: Estate) -> None:
    estate.watch(WatchBatch(vms=(vm(1),)))
    estate.watch(WatchBatch(objects=(TEMPLATE,), vms_gone=("vm-1",)))
    assert (vms(estate), TEMPLATE.path in paths(estate)) == ({}, True)
    estate.watch(WatchBatch(vms=(vm(1),)))
    assert (set(vms(estate)), TEMPLATE.path in paths(estate)) == ({"vm-1"}, False)


def test_a_large_inventory_is_taken_in_at_once(estate: Estate) -> None:
    many = tuple(vm(number) for number in range(3000))
    estate.watch(WatchBatch(full=True, vms=many))
    estate.watch(WatchBatch(vms_gone=tuple(one.moref for one in many[1:])))
    assert set(vms(estate)) == {"vm-0"}


def test_power_states_are_told_by_instance_uuid(estate: Estate) -> None:
    estate.watch(WatchBatch(vms=(vm(1), vm(2, power_state="suspended"))))

    def asked(*uuids: str) -> dict[str, str]:
        return estate.read(lambda session: inventory.power_states(session, uuids))

    assert asked("uuid-1", "uuid-2", "uuid-3") == {"uuid-1": "poweredOn", "uuid-2": "suspended"}
    assert asked() == {}


def test_a_batch_says_when_the_vcenter_was_last_heard_of(estate: Estate) -> None:
    def watched_at() -> object:
        return estate.read(lambda session: session.get_one(VCenter, estate.vcenter).watched_at)

    before = watched_at()
    estate.watch(WatchBatch())
    assert before
    assert watched_at() != before
