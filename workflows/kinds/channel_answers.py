"""What members make of the configuration they are told, in words that every kind shares."""

from collections.abc import Mapping

from provisioner.bootstrap import channel
from workflows.kinds.interface import Answer


def answer(guest_info: Mapping[str, str]) -> Answer | None:
    found = channel.applied(guest_info)
    if found is None:
        return None
    if found.outcome == "applied":
        return Answer(found.revision)
    problem = f"{found.outcome}: {found.message or 'without a reason'}"
    return Answer(found.revision, problem, final=found.outcome == "refused")
