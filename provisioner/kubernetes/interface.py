"""The seam: what we ask of a created cluster, however its API is reached."""

from collections.abc import Callable
from typing import Protocol

from provisioner.kubernetes.addons.model import AddOn, Installed
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken
from provisioner.kubernetes.serving_requests import ServingRequest


class KubernetesApi(Protocol):
    """All methods block, are idempotent and raise KubernetesError."""

    def server_version(self) -> str:
        """Such as `v1.35.4`, of a server that answers."""

    def has_node(self, name: str) -> bool:
        """Whether the Node object is there."""

    def node_names(self) -> list[str]:
        """Of all Node objects."""

    def nodes_not_ready(self) -> dict[str, str]:
        """Why, by name: those whose kubelet says so, or says nothing any more."""

    def cordon(self, name: str) -> None:
        """Nothing new is scheduled there. A node that is gone is cordoned enough."""

    def drain(self, name: str, deadline_seconds: float, tick: Callable[[], None]) -> None:
        """Evicts the node's pods, but those of DaemonSets and the kubelet's own; waits for them.

        `tick` is called now and then: whatever it raises ends the drain. Raises DrainBlocked
        with the pods that were still there at the deadline. Cordon first.
        """

    def mark_out_of_service(self, name: str) -> None:
        """Of a node that is off for good: its pods are deleted by force, its volumes detached."""

    def attached_volumes(self, name: str) -> list[str]:
        """PersistentVolumes (in-tree ones by their unique volume names) that are not detached from
        the node yet, sorted. Empty once the Node is gone and nothing names it any more.
        """

    def delete_node(self, name: str) -> None:
        """The Node object."""

    def create_bootstrap_token(self, token: BootstrapToken) -> None:
        """Also renews a token of the same id."""

    def delete_bootstrap_token(self, token_id: str) -> None: ...

    def serving_requests(self) -> list[ServingRequest]:
        """Kubelets' requests for certificates to serve with, which nobody decided yet."""

    def approve_serving_request(self, name: str) -> None:
        """Decided or gone already is success."""

    def apply_add_on(self, add_on: AddOn) -> None:
        """Its objects are as rendered; those that an earlier one of this name had too are gone.

        Raises AddOnMissing or AddOnNotYet while definitions or webhooks it needs are not ready,
        ObjectRefused with the cluster's reason.
        """

    def remove_add_on(self, name: str) -> None:
        """Whatever `apply_add_on` ever put there and still bears our label."""

    def installed_add_on(self, name: str) -> Installed | None:
        """What is there, also of kubeadm's own (`dns`, `proxy`), and what is wrong with it."""

    def close(self) -> None: ...
