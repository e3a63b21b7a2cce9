"""The seam between the product and the way a VM becomes a node."""

from typing import Protocol

from provisioner.bootstrap.model import NodeBootstrap


class Bootstrapper(Protocol):
    """Turns a node to be into what its VM carries. Pure: same input, same output."""

    def render(self, node: NodeBootstrap) -> dict[str, str]:
        """The VM's extraConfig, to be set by the clone call itself.

        Holds the node's token and no other secret. Raises PayloadTooLarge.
        """
        ...
