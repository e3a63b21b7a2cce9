"""Templates, and the folders they are made in."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import FolderVM, TemplateCopy
from provisioner.vsphere.clone import options
from provisioner.vsphere.errors import ManagedObjectGone, VCenterError
from provisioner.vsphere.reading import Properties, paths, read, read_along, step
from provisioner.vsphere.session import Session
from provisioner.vsphere.tasks import Tasks

_WANTED = ("name", "parent", "config.template", "datastore")
_CLONE = "virtualmachine.clone"
_INTO = step("children", vim.Folder, "childEntity")


class Templates:
    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session, self._tasks = session, tasks

    async def contents(self, folder: str) -> tuple[FolderVM, ...]:
        target = self._session.reference(vim.Folder, folder)
        try:
            found = await self._session.call(
                f"look into the folder {folder}",
                lambda: read_along(self._session.content, [target], [_vm_paths()], [_INTO]),
            )
        except ManagedObjectGone:
            return ()
        return tuple(_seen(moref, facts) for moref, facts in found.items() if "name" in facts)

    async def look(self, vm: str) -> FolderVM | None:
        target = self._session.reference(vim.VirtualMachine, vm)
        try:
            found = await self._session.call(
                f"look at {vm}", lambda: read(self._session.content, [target], [_vm_paths()])
            )
        except ManagedObjectGone:
            return None
        return _seen(vm, found[vm]) if "name" in found.get(vm, {}) else None

    async def settle(self, folder: str, sources: Iterable[str]) -> None:
        """Until no task works on the folder any more, and no clone of the sources is under way.

        What is gone has none. Whatever else somebody does with a source brings nothing here.
        """
        into = self._session.reference(vim.Folder, folder)
        tasks = list(await self._tasks_of(into))
        for source in sources:
            found = await self._tasks_of(self._session.reference(vim.VirtualMachine, source))
            tasks += [task for task, what in found.items() if what.lower().startswith(_CLONE)]
        tried = f"wait for what works on {folder}"
        await asyncio.gather(*(self._ended(task, tried) for task in tasks))

    async def _ended(self, task: str, tried: str) -> None:
        """However it ended."""
        try:
            await self._tasks.outcome(task, tried)
        except VCenterError as error:
            if not error.task_ended:
                raise

    async def _tasks_of(self, target: Any) -> dict[str, str]:
        """By id what each does, such as VirtualMachine.clone."""
        wanted = [paths(type(target), "recentTask"), paths(vim.Task, "info.descriptionId")]
        tried = f"look for tasks of {target._moId}"
        try:
            found = await self._session.call(
                tried,
                lambda: read_along(
                    self._session.content,
                    [target],
                    wanted,
                    [step("tasks", type(target), "recentTask")],
                ),
            )
        except ManagedObjectGone:
            return {}
        found.pop(target._moId, None)
        return {task: facts.get("info.descriptionId", "") for task, facts in found.items()}

    async def destroy(self, template: str) -> None:
        """Of what is a template: nobody can power it off."""
        tried = f"destroy the template {template}"
        target = self._session.reference(vim.VirtualMachine, template)
        with suppress(ManagedObjectGone):
            task = await self._session.call(tried, lambda: target.Destroy_Task())
            await self._tasks.outcome(task._moId, tried)

    async def copy(self, wanted: TemplateCopy, started: Callable[[str], None]) -> str:
        tried = f"copy the template {wanted.source} to {wanted.name}"
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(
                datastore=self._session.reference(vim.Datastore, wanted.datastore),
                pool=self._session.reference(vim.ResourcePool, wanted.pool),
            ),
            powerOn=False,
            template=True,
        )
        source = self._session.reference(vim.VirtualMachine, wanted.source)
        folder = self._session.reference(vim.Folder, wanted.folder)
        task = await self._session.call_once(
            tried, lambda: source.CloneVM_Task(folder, wanted.name, spec)
        )
        started(task._moId)
        return str((await self._tasks.outcome(task._moId, tried))._moId)

    async def mark(self, vm: str, pool: str, values: Mapping[str, str], notes: str) -> None:
        """Templates take no change of their advanced settings, so it is a VM meanwhile."""
        tried = f"mark the template {vm}"
        target = self._session.reference(vim.VirtualMachine, vm)
        found = await self.look(vm)
        if found is None:
            raise ManagedObjectGone(f"Tried to {tried}, but it is not there (any more)")
        if found.is_template:
            into = self._session.reference(vim.ResourcePool, pool)
            await self._session.call_once(tried, lambda: target.MarkAsVirtualMachine(into, None))
        spec = vim.vm.ConfigSpec(extraConfig=options(dict(values)), annotation=notes)
        task = await self._session.call(tried, lambda: target.ReconfigVM_Task(spec))
        await self._tasks.outcome(task._moId, tried)
        await self._session.call_once(tried, lambda: target.MarkAsTemplate())


def _vm_paths() -> Any:
    return paths(vim.VirtualMachine, *_WANTED)


def _seen(moref: str, facts: Properties) -> FolderVM:
    return FolderVM(
        moref=moref,
        name=facts["name"],
        is_template=bool(facts.get("config.template")),
        datastores=tuple(one._moId for one in facts.get("datastore", ())),
    )
