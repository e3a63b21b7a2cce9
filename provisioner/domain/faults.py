"""What is wrong with a request: every fault with its field and what would be right."""

from dataclasses import dataclass

from provisioner.domain.errors import ProvisionerError


@dataclass(frozen=True, order=True)
class Fault:
    """`path` is the field as the user wrote it, such as `nodePools.0.size`."""

    path: str
    message: str


class InvalidRequest(ProvisionerError):
    """Carries all faults of a request, never only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))
        self.faults = faults
