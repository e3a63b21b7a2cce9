"""The door to one cluster's Kubernetes API. Synchronous: callers bring the threads."""

import functools
from collections.abc import Callable, Sequence
from typing import Self

from kubernetes.client import CoreV1Api
from pydantic import SecretStr

from provisioner.kubernetes import custom_objects, metallb, token_secrets
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken
from provisioner.kubernetes.client import exists, unless_gone
from provisioner.kubernetes.drain import Drain
from provisioner.kubernetes.endpoints import Endpoints
from provisioner.kubernetes.errors import ApiUnreachable
from provisioner.kubernetes.node_facts import NodeFacts, node_facts
from provisioner.kubernetes.tls import client_context


class ClusterApi:
    """Every call is idempotent and raises KubernetesError. `endpoints` are `host:port`, tried in
    order: the VIP or DNS name, then the masters' addresses. Each is verified by `authority`.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        authority: str,
        certificate: str,
        private_key: SecretStr,
        timeout_seconds: float = 5.0,
    ) -> None:
        context = client_context(authority, certificate, private_key.get_secret_value())
        self._endpoints = Endpoints(endpoints, context, timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._endpoints.close()

    def is_live(self) -> bool:
        """Whether an API server answers `/livez` with 200 at any of the endpoints."""
        try:
            self._endpoints.call(
                "ask whether the API is live", lambda client: client.require_ok("/livez")
            )
        except ApiUnreachable:
            return False
        return True

    def nodes(self) -> dict[str, NodeFacts]:
        """Every Node object, by name."""
        listed = self._endpoints.call(
            "list the nodes", lambda client: CoreV1Api(client).list_node().items
        )
        return {facts.name: facts for facts in map(node_facts, listed)}

    def has_node(self, name: str) -> bool:
        """Whether the Node object is there."""
        return self._endpoints.call(
            f"look for node {name}",
            lambda client: exists(lambda: CoreV1Api(client).read_node(name)),
        )

    def cordon(self, name: str) -> None:
        """Nothing new is scheduled there. A node that is gone is cordoned enough."""
        change = {"spec": {"unschedulable": True}}
        self._endpoints.call(
            f"cordon node {name}",
            lambda client: unless_gone(lambda: CoreV1Api(client).patch_node(name, change)),
        )

    def drain(
        self,
        name: str,
        deadline_seconds: float,
        tick: Callable[[], None],
        poll_seconds: float = 1.0,
    ) -> None:
        """Evicts every pod but those of DaemonSets and the kubelet's own; waits until they left.

        `tick` is called once a round: whatever it raises ends the drain. Raises DrainBlocked
        with the pods that were still there at the deadline. Cordon first.
        """
        Drain(self._endpoints, name, poll_seconds).run(deadline_seconds, tick)

    def delete_node(self, name: str) -> None:
        self._endpoints.call(
            f"delete node {name}",
            lambda client: unless_gone(lambda: CoreV1Api(client).delete_node(name)),
        )

    def create_bootstrap_token(self, token: BootstrapToken) -> None:
        """Also renews a token of the same id."""
        self._endpoints.call(
            f"create the bootstrap token {token.token_id}",
            lambda client: token_secrets.put(client, token),
        )

    def delete_bootstrap_token(self, token_id: str) -> None:
        self._endpoints.call(
            f"delete the bootstrap token {token_id}",
            lambda client: token_secrets.delete(client, token_id),
        )

    def apply_load_balancer_ranges(self, ranges: Sequence[str]) -> None:
        """MetalLB hands out these ranges and no others; none removes both its objects.

        Raises AddOnMissing while MetalLB is not installed and there is something to apply.
        """
        pool, advertisement = metallb.render(ranges)
        change = custom_objects.apply if ranges else custom_objects.remove
        for each in (pool, advertisement) if ranges else (advertisement, pool):
            purpose = f"bring {each.plural} up to date"
            self._endpoints.call(purpose, functools.partial(change, found=each))
