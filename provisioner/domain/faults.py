"""What is wrong with a request: every fault with its field and what would be right."""

from dataclasses import dataclass, field

from provisioner.domain.errors import ProvisionerError


@dataclass(frozen=True, order=True)
class Fault:
    """`path` is the field as the user wrote it, such as `nodePools.0.size`.

    `rests_on`: all fields the fault follows from, when these are others than `path` alone.
    """

    path: str
    message: str
    rests_on: tuple[str, ...] = field(default=(), compare=False)

    def concerns(self, path: str) -> bool:
        """Whether the fault follows from that field, or from something within or around it."""
        fields = self.rests_on or (self.path,)
        return any(_nested(one, path) or _nested(path, one) for one in fields)


class InvalidRequest(ProvisionerError):
    """Carries all faults of a request, never only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))
        self.faults = faults


def _nested(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(outer + ".")
