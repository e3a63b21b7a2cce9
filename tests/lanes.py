"""Which of several processes takes which test files."""

from typing import Any

from xdist.scheduler import LoadFileScheduling

# Real machines, real Packer, keepalived and HAProxy on the clock: most of it is waiting, but what
# they wait for has to come in time. Two processes begin with these; the others leave them alone.
REAL = ("tests/machines/", "tests/images/", "tests/net/")
REAL_AT_ONCE = 2


class Lanes(LoadFileScheduling):
    """A file's tests stay together, and at most `REAL_AT_ONCE` files of `REAL` run at a time."""

    def _assign_work_unit(self, node: Any) -> None:
        file = self._next(node)
        if file is not None:
            self.workqueue.move_to_end(file, last=False)
            super()._assign_work_unit(node)

    def _reschedule(self, node: Any) -> None:
        if self.workqueue and self._next(node) is None and not node.shutting_down:
            node.shutdown()
        super()._reschedule(node)

    def _next(self, node: Any) -> str | None:
        real = [file for file in self.workqueue if file.startswith(REAL)]
        others = (file for file in self.workqueue if not file.startswith(REAL))
        takes_real = self.nodes.index(node) < REAL_AT_ONCE
        return next(iter([*real, *others] if takes_real else others), None)
