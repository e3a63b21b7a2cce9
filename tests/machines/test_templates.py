"""Machines of VMs that nobody made for us: they boot, and what is made of them is cloned."""

from collections.abc import Iterator

import pytest

from lab.guests.session import GuestSession
from lab.waiting import wait_until
from tests.machines.hypervisor import Hypervisor
from tests.machines.world import SECONDS, Machine, World

PLAIN = "/DC1/vm/templates/debian-12-plain"


@pytest.fixture
def hypervisor(world: World) -> Iterator[Hypervisor]:
    session = GuestSession(world.facts.vcenter.access())
    session.call(lambda: session.content.about)
    yield Hypervisor(world, session)
    session.close()


def boots(machine: Machine) -> bool:
    def is_up() -> bool:
        return machine.run("systemctl", "list-jobs").startswith("No jobs")

    return wait_until(is_up, SECONDS)


def test_a_clone_boots_from_what_its_template_had_become(hypervisor: Hypervisor) -> None:
    first = hypervisor.clone(PLAIN, "to-be-a-template")
    machine = hypervisor.power_on(first)
    assert boots(machine), "without any user-data"
    machine.run("sh", "-c", "echo kept > /etc/kept; rm /etc/issue; echo seed > /var/lib/etcd/kept")
    hypervisor.shut_down(first)
    hypervisor.mark_as_template(first)
    second = hypervisor.clone(first, "a-clone")
    hypervisor.destroy(first)
    clone = hypervisor.power_on(second)
    assert clone.run("cat", "/etc/kept", "/var/lib/etcd/kept") == "kept\nseed\n"
    assert "issue" not in clone.run("ls", "/etc").split()
    hypervisor.destroy(second)


def test_a_guest_that_powers_off_switches_its_vm_off(hypervisor: Hypervisor) -> None:
    moref = hypervisor.clone(PLAIN, "powers-off")
    machine = hypervisor.power_on(moref)
    machine.run("systemctl", "poweroff", "--no-block")
    assert hypervisor.is_soon(moref, "poweredOff")
    hypervisor.destroy(moref)
    assert wait_until(lambda: machine.name not in str(hypervisor.remains()), SECONDS)
