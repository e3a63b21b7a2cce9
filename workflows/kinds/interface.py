"""The seam: a cluster is one kind; a load balancer pair would be another."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy.orm import Session

from provisioner.store.tables import Node


class NotYet(Exception):
    """What is waited for has not happened; asking again later may succeed."""


# Asked now and then by long work: whether it may stop, its result not being waited for any more.
Unwanted = Callable[[], bool]


class Kind(Protocol):
    """All methods block (callers bring the thread), are idempotent, and raise ProvisionerError."""

    def extra_config(self, node_id: str) -> dict[str, str]:
        """What the VM carries beside our marks: its first configuration, and public facts."""

    def admit(self, node_id: str) -> None:
        """The node reported ready: prove it. Raises NotYet when the proof is not there."""

    def retire(self, node_id: str, unwanted: Unwanted) -> str | None:
        """Takes a member out of service before its VM goes. A text is a warning for the history."""

    def forget(self, session: Session, node: Node) -> None:
        """The VM is proven gone: rows of this kind that speak of it go too."""

    def clean_up(self, node_id: str) -> None:
        """Secrets of a node that is ready or gone."""

    def run_task(self, resource_id: str, task: str) -> None:
        """One of the tasks that this kind's wishes name."""
