"""The seam between the machinery, which knows groups of VMs, and what is special about a kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.orm import Session

from provisioner.domain.conditions import Condition
from provisioner.store.tables import Node


class NotYet(Exception):
    """What is waited for has not happened; asking again later may succeed."""


# Asked now and then by long work: whether it may stop, its result not being waited for any more.
Unwanted = Callable[[], bool]


@dataclass(frozen=True)
class Configuration:
    """What a node's VM carries for it after its first boot. `values`: keys of extraConfig.

    No secret is in it. The same content has the same `revision`.
    """

    revision: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a node made of a configuration. `problem`: why it did not apply it.

    `final`: it will stay so.
    """

    revision: str
    problem: str | None = None
    final: bool = True


@dataclass(frozen=True)
class Farewell:
    """What a member is told so that others take over what it carries, `seconds` after it has it."""

    configuration: Configuration
    seconds: float


class TaskRunner(Protocol):
    """Tasks of a kind that work at a vCenter."""

    async def run(self, resource_id: str, task: str) -> None:
        """Idempotent; raises ProvisionerError. Cancelled, it ends what it began, then returns."""

    def seconds(self, resource_id: str, task: str) -> float:
        """How long it may take where nothing is wrong, with what it waited for its turn. Trouble
        that passes is borne longer.
        """


class Carer(Protocol):
    def care(self, resource_id: str) -> tuple[Condition, ...]:
        """Looks after a resource that serves, now and then: what can be told of its health.

        What has gone wrong is a condition, never an error. Blocks.
        """


@runtime_checkable
class Listener(Protocol):
    """Kinds whose guests tell by themselves how they are."""

    def hear(self, told: Mapping[str, Mapping[str, str]]) -> None:
        """Puts on record what guests tell by themselves: guestinfo by node id. Idempotent; blocks.

        Nobody proves what they say.
        """


class Kind(Carer, Protocol):
    """All methods block (callers bring the thread), are idempotent, and raise ProvisionerError."""

    def extra_config(self, node_id: str) -> dict[str, str]:
        """What the VM carries beside our marks: its first configuration, and public facts."""

    def admit(self, node_id: str) -> None:
        """The node reported ready: prove it. Raises NotYet when the proof is not there."""

    def retire(self, node_id: str, until: datetime, unwanted: Unwanted) -> str | None:
        """Takes a member out of service before its VM goes, and waits for others until then.

        A text is a warning for the history.
        """

    def farewell(self, node_id: str) -> Farewell | None:
        """For a member that serves until its membership ends. None: it carries nothing."""

    def end_membership(self, node_id: str) -> None:
        """Right before its VM goes, retired or not: the others can do without it.

        Nothing overrides it: as long as it raises, the VM stays. A node that never was a member,
        and one of a resource that goes as a whole, may go.
        """

    def forget(self, session: Session, node: Node) -> None:
        """The VM is proven gone: rows of this kind that speak of it go too."""

    def bury(self, node_id: str, unwanted: Unwanted) -> None:
        """The node's VM is gone: the others forget it. What this misses, `care` finds."""

    def clean_up(self, node_id: str) -> None:
        """The node's VM is gone: secrets of it, and what would mislead its successor."""

    def run_task(self, resource_id: str, task: str) -> Sequence[str] | None:
        """One of the tasks that this kind's wishes name.

        The ids of other resources' workflows that have something to look at since.
        """

    def configurations(self, resource_id: str) -> Mapping[str, Configuration]:
        """Of those nodes that are told something later, by node id. For tasks WITH_MEMBERS."""

    def answer(self, guest_info: Mapping[str, str]) -> Answer | None:
        """As the guest itself has put it there, so nothing to rely on. None: nothing sensible."""
