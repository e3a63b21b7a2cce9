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
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.kubernetes.tls import client_context


class ClusterApi(KubernetesApi):
    """`endpoints` are `host:port`, tried in order: the VIP or DNS name, then the masters'
    addresses. Each is verified by `authority`.
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

    def has_node(self, name: str) -> bool:
        return self._endpoints.call(
            f"look for node {name}",
            lambda client: exists(lambda: CoreV1Api(client).read_node(name)),
        )

    def cordon(self, name: str) -> None:
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
        Drain(self._endpoints, name, poll_seconds).run(deadline_seconds, tick)

    def delete_node(self, name: str) -> None:
        self._endpoints.call(
            f"delete node {name}",
            lambda client: unless_gone(lambda: CoreV1Api(client).delete_node(name)),
        )

    def create_bootstrap_token(self, token: BootstrapToken) -> None:
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
        pool, advertisement = metallb.render(ranges)
        change = custom_objects.apply if ranges else custom_objects.remove
        for each in (pool, advertisement) if ranges else (advertisement, pool):
            purpose = f"bring {each.plural} up to date"
            self._endpoints.call(purpose, functools.partial(change, found=each))
