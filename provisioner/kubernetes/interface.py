"""The seam: what we ask of a created cluster, however its API is reached."""

from collections.abc import Callable, Sequence
from typing import Protocol

from provisioner.kubernetes.bootstrap_tokens import BootstrapToken


class KubernetesApi(Protocol):
    """All methods block, are idempotent and raise KubernetesError."""

    def has_node(self, name: str) -> bool:
        """Whether the Node object is there."""

    def cordon(self, name: str) -> None:
        """Nothing new is scheduled there. A node that is gone is cordoned enough."""

    def drain(self, name: str, deadline_seconds: float, tick: Callable[[], None]) -> None:
        """Evicts the node's pods, but those of DaemonSets and the kubelet's own; waits for them.

        `tick` is called now and then: whatever it raises ends the drain. Raises DrainBlocked
        with the pods that were still there at the deadline. Cordon first.
        """

    def delete_node(self, name: str) -> None:
        """The Node object."""

    def create_bootstrap_token(self, token: BootstrapToken) -> None:
        """Also renews a token of the same id."""

    def delete_bootstrap_token(self, token_id: str) -> None: ...

    def apply_load_balancer_ranges(self, ranges: Sequence[str]) -> None:
        """MetalLB hands out these ranges and no others; none removes both its objects.

        Raises AddOnMissing while MetalLB is not installed and there is something to apply.
        """

    def close(self) -> None: ...
