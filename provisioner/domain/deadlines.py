"""How long each step of a node may take. Waiting for others runs no clock."""

from datetime import datetime, timedelta

from provisioner.domain.nodes import NodeFacts, Phase, Step
from provisioner.domain.virtual_machines import Fact


class Deadlines(Fact):
    """Seconds per step of a node, and for a task on the resource as a whole.

    A slow clone is normal; a guest without an address is not.
    """

    clone: int = 3600
    address: int = 600
    boot: int = 600
    bootstrap: int = 1200
    admission: int = 600
    task: int = 900

    def total(self) -> timedelta:
        """Longer than any node's own way; its token lives this long from the clone's start."""
        own = self.clone + self.address + self.boot + self.admission
        return timedelta(seconds=own + 3 * self.bootstrap)


def deadline(
    node: NodeFacts, deadlines: Deadlines, awaited_since: datetime | None
) -> datetime | None:
    """When the present step must be over; None while the node waits for others.

    A node that made contact and then neither leads nor asks to join is waited for from
    `awaited_since` on: since it could have done so.
    """
    if node.phase is not Phase.CREATING:
        return None
    if node.step is Step.CERTIFIED:
        if awaited_since is None:
            return None
        return max(node.since, awaited_since) + timedelta(seconds=deadlines.bootstrap)
    seconds = _SECONDS.get(node.step)
    return None if seconds is None else node.since + timedelta(seconds=getattr(deadlines, seconds))


_SECONDS = {
    Step.CLONING: "clone",
    Step.ADDRESS: "address",
    Step.BOOTING: "boot",
    Step.BOOTSTRAPPING: "bootstrap",
    Step.ADMISSION: "admission",
}
