"""Why none of several servers did what any one of them could have done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from provisioner.domain.errors import ProvisionerError

E = TypeVar("E", bound=ProvisionerError)


@dataclass(frozen=True)
class Attempt(Generic[E]):
    """One that failed so that another server is worth a try. `text` names the server."""

    kind: type[E]
    text: str
    cause: Exception


def summed_up(purpose: str, attempts: Sequence[Attempt[E]], unreachable: type[E], nobody: str) -> E:
    """`unreachable`, which is transient, unless all agree on something else.

    `purpose` completes "can't ..."; `nobody` says that there was no server to ask.
    """
    kinds = {attempt.kind for attempt in attempts}
    kind = kinds.pop() if len(kinds) == 1 else unreachable
    told = "; ".join(attempt.text for attempt in attempts) or nobody
    summary = kind(f"can't {purpose}: {told}")
    summary.__cause__ = attempts[-1].cause if attempts else None
    return summary


def distrust(told: str) -> Literal["ours", "theirs"] | None:
    """Of the text of a connection's error: whose certificate was not accepted by the other."""
    if "CERTIFICATE_VERIFY_FAILED" in told:
        return "theirs"
    return "ours" if "ALERT" in told else None
