"""The tasks in flight as vCenter sees them: a list view and one filter over it."""

from collections.abc import Iterable
from typing import Any

from pyVmomi import vim

from provisioner.vsphere.reading import Properties, view_spec
from provisioner.vsphere.session import Session
from provisioner.vsphere.task_end import WANTED, TaskEnd, task_end
from provisioner.vsphere.updates import Change, Collector


class TaskFilter:
    """Made at its first use. After `reset`, for a lost session, tasks must be added again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._poller = session.new_poller()
        self._made: tuple[Collector, Any] | None = None
        self._known: dict[str, Properties] = {}
        self._ended: set[str] = set()

    async def add(self, tasks: Iterable[str]) -> list[TaskEnd]:
        """Returns those that vCenter doesn't know."""
        added, ended = list(tasks), sorted(self._ended)

        def modify() -> list[Any]:
            self._made = self._made or self._create()
            lost: list[Any] = self._made[1].ModifyListView(self._tasks(added), self._tasks(ended))
            return lost

        lost = await self._session.call("list tasks to wait for", modify)
        self._ended -= set(ended)
        self._known.update({task: {} for task in added})
        return [TaskEnd(one._moId, lost=True) for one in lost]

    async def ends(self) -> list[TaskEnd]:
        """Waits for changes; returns the tasks that ended, which may be none."""
        if self._made is None:
            return []
        updates = await self._made[0].poll("wait for tasks")
        ends = [end for change in updates.changes if (end := self._merge(change))]
        self._ended.update(end.task for end in ends)
        return ends

    def reset(self) -> None:
        self._poller.transport.abort()
        self._made = None
        self._known.clear()
        self._ended.clear()

    def _merge(self, change: Change) -> TaskEnd | None:
        known = self._known.get(change.moref)
        if known is None:
            return None
        known |= change.properties
        end = TaskEnd(change.moref, lost=True) if change.gone else task_end(change.moref, known)
        if end is not None:
            del self._known[change.moref]
        return end

    def _create(self) -> tuple[Collector, Any]:
        content = self._session.content
        collector = Collector(content.propertyCollector.CreatePropertyCollector(), self._poller)
        view = content.viewManager.CreateListView([])
        collector.add_filter(view_spec(view, [WANTED]))
        return collector, view

    def _tasks(self, morefs: Iterable[str]) -> list[Any]:
        return [self._session.reference(vim.Task, one) for one in morefs]
