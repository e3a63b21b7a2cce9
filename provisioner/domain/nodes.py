"""What is known of one VM of ours. A node row is one VM: a retry or a repair makes a new row."""

from datetime import datetime
from enum import StrEnum

from provisioner.domain.ids import NodeId
from provisioner.domain.virtual_machines import Fact


class Phase(StrEnum):
    CREATING = "creating"
    READY = "ready"
    REMOVING = "removing"
    GONE = "gone"


class Step(StrEnum):
    """Where a node in creation stands; a missed deadline names its step."""

    WAITING = "waiting for a clone slot"
    CLONING = "cloning"
    ADDRESS = "waiting for an address"
    BOOTING = "booting"
    CERTIFIED = "has its certificates"
    QUEUED = "waiting for its turn to join"
    BOOTSTRAPPING = "bootstrapping"
    ADMISSION = "waiting for admission"
    DONE = "ready"


class Loss(StrEnum):
    """Why a member can't serve at present, as vCenter says. Silence is none of these."""

    OFF = "its VM is powered off"
    GONE = "its VM is gone and nobody here removed it"
    OUT_OF_SIGHT = "its VM is not below the vCenter's root folder any more; move it back"


class NodeFacts(Fact):
    """Clocks are None until the event happened. `failure` is set by whoever saw the node fail.

    `hopeless`: any other attempt would fail alike.
    `lost_at`: since when `lost` is so. `repaired_at`: when it was given up for a replacement
    nobody asked for. `replaces`: whose place it takes. `held_back`: why it is not replaced.
    `configuration`: the revision its VM carries since `configured_at`; `answered`: the last one
    that the node has applied or refused (or left unanswered for too long), `misconfigured` why it
    did not apply it. `vintage`: that of its group's wish when it was made.
    """

    id: NodeId
    group: str
    name: str
    phase: Phase = Phase.CREATING
    epoch: int = 1
    attempt: int = 1
    vintage: str = ""
    replaced: bool = False
    chosen: bool = False
    failure: str | None = None
    hopeless: bool = False
    lost: Loss | None = None
    lost_at: datetime | None = None
    repaired_at: datetime | None = None
    replaces: NodeId | None = None
    held_back: str | None = None
    address: str | None = None
    configuration: str | None = None
    configured_at: datetime | None = None
    answered: str | None = None
    misconfigured: str | None = None
    created_at: datetime
    work_started_at: datetime | None = None
    clone_started_at: datetime | None = None
    powered_on_at: datetime | None = None
    addressed_at: datetime | None = None
    contacted_at: datetime | None = None
    leading_at: datetime | None = None
    join_requested_at: datetime | None = None
    join_granted_at: datetime | None = None
    join_token_at: datetime | None = None
    reported_ready_at: datetime | None = None
    ready_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def serves(self) -> bool:
        return self.phase is Phase.READY and self.lost is None

    @property
    def missed(self) -> bool:
        """A member that can't serve."""
        return self.phase is Phase.READY and self.lost is not None

    @property
    def alive(self) -> bool:
        return self.phase in (Phase.CREATING, Phase.READY)

    @property
    def step(self) -> Step:
        if self.phase is Phase.READY:
            return Step.DONE
        return next((step for at, step in self._clocks() if at is not None), Step.WAITING)

    @property
    def since(self) -> datetime:
        """When the present step began."""
        if self.phase is Phase.READY and self.ready_at:
            return self.ready_at
        return next((at for at, _ in self._clocks() if at is not None), self.created_at)

    def _clocks(self) -> tuple[tuple[datetime | None, Step], ...]:
        """Latest first."""
        return (
            (self.reported_ready_at, Step.ADMISSION),
            (self.join_granted_at, Step.BOOTSTRAPPING),
            (self.leading_at, Step.BOOTSTRAPPING),
            (self.join_requested_at, Step.QUEUED),
            (self.contacted_at, Step.CERTIFIED),
            (self.addressed_at, Step.BOOTING),
            (self.powered_on_at, Step.ADDRESS),
            (self.clone_started_at, Step.CLONING),
        )
