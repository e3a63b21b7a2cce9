"""Which of several processes takes which test files."""

from typing import Any

from xdist.scheduler import LoadFileScheduling

# Real machines, keepalived and HAProxy on the clock, whole stacks. These tests wait a lot: they go
# well together and are begun first. But many of a kind at once would get into each other's way,
# those on the clock above all, and every process that has some starts what they need for itself.
KINDS = {
    "tests/machines/": "machine",
    "tests/images/": "machine",
    "tests/net/": "network",
    "tests/e2e/": "stack",
}
AT_ONCE = {"machine": 2, "network": 1, "stack": 2}


class Lanes(LoadFileScheduling):
    """The tests of a file stay in one process. `AT_ONCE`: how many have some of a kind."""

    def _assign_work_unit(self, node: Any) -> None:
        file = self._next(node)
        if file is not None:
            self.workqueue.move_to_end(file, last=False)
            super()._assign_work_unit(node)

    def remove_node(self, node: Any) -> str | None:
        """What a process that died had finished stays finished: given to another one as work, it
        would be waited for in vain.
        """
        work = self.assigned_work[node]
        for file in [file for file, done in work.items() if all(done.values())]:
            del work[file]
        return super().remove_node(node)

    def _reschedule(self, node: Any) -> None:
        if self.workqueue and self._next(node) is None and not node.shutting_down:
            node.shutdown()
        super()._reschedule(node)

    def _next(self, node: Any) -> str | None:
        at_work = [self._kinds(one) for one in self.nodes if one is not node]
        full = {
            kind
            for kind, most in AT_ONCE.items()
            if sum(kind in kinds for kinds in at_work) >= most
        }
        waiting = sorted(self.workqueue, key=lambda file: _kind(file) is None)
        return next((file for file in waiting if _kind(file) not in full), None)

    def _kinds(self, node: Any) -> set[str | None]:
        work = self.assigned_work[node]
        return {_kind(file) for file, done in work.items() if not all(done.values())}


def _kind(file: str) -> str | None:
    return next((kind for folder, kind in KINDS.items() if file.startswith(folder)), None)
