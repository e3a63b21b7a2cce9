"""What somebody at the vSphere Client does to VMs, by their ids."""

from typing import Any

from pyVmomi import vim

from lab.guests.session import GuestSession
from lab.waiting import wait_until
from tests.machines.world import SECONDS, Machine, World

FOLDER, POOL = "/DC1/vm/kubernetes", "/DC1/host/compute-1/Resources"


class Hypervisor:
    def __init__(self, world: World, session: GuestSession) -> None:
        self._world = world
        self._session = session

    def clone(self, source: str, name: str) -> str:
        """Of a VM or template, by its inventory path or its id; off."""
        found = self._find(source) if source.startswith("/") else self._session.vm(source)
        place = vim.vm.RelocateSpec(pool=self._find(POOL))
        spec = vim.vm.CloneSpec(location=place, powerOn=False, template=False)
        made = self._done(found.CloneVM_Task(folder=self._find(FOLDER), name=name, spec=spec))
        return str(made._moId)

    def power_on(self, moref: str) -> Machine:
        """Running, with an address."""
        self._done(self._session.vm(moref).PowerOnVM_Task())
        found: list[Machine] = []

        def has_address() -> bool:
            found[:] = [one for one in self._world.machines() if one.moref == moref]
            return any(one.addresses for one in found)

        assert wait_until(has_address, SECONDS)
        return found[0]

    def shut_down(self, moref: str) -> None:
        """By its guest."""
        self._session.vm(moref).ShutdownGuest()
        assert self.is_soon(moref, "poweredOff")

    def is_soon(self, moref: str, state: str) -> bool:
        return wait_until(lambda: self._session.vm(moref).runtime.powerState == state, SECONDS)

    def mark_as_template(self, moref: str) -> None:
        self._session.vm(moref).MarkAsTemplate()

    def destroy(self, moref: str) -> None:
        vm = self._session.vm(moref)
        if vm.runtime.powerState == "poweredOn":
            self._done(vm.PowerOffVM_Task())
        self._done(vm.Destroy_Task())

    def remains(self) -> list[str]:
        return self._world.remains()

    def _find(self, path: str) -> Any:
        return self._session.content.searchIndex.FindByInventoryPath(path)

    def _done(self, task: Any) -> Any:
        assert wait_until(lambda: task.info.state in ("success", "error"), SECONDS)
        assert task.info.state == "success", task.info.error
        return task.info.result
