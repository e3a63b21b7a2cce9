"""Why a node's documents can't be rendered.

BootstrapError
  PayloadTooLarge
"""

from provisioner.domain.errors import ProvisionerError


class BootstrapError(ProvisionerError):
    """A node's documents could not be made from what was asked for."""


class PayloadTooLarge(BootstrapError):
    """A guestinfo value would exceed what VMware's guest channel carries."""

    def __init__(self, key: str, size: int, limit: int) -> None:
        super().__init__(
            f"rendered {key} of {size} bytes, but a VM can receive {limit}; "
            "give fewer or shorter SSH keys, trusted CAs, labels or proxy exceptions"
        )
        self.size = size
        self.limit = limit
