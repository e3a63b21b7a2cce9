"""The door to one cluster's Kubernetes API. Synchronous: callers bring the threads."""

from collections.abc import Callable, Sequence
from typing import Any, Self

from kubernetes.client import CoreV1Api, VersionApi
from pydantic import SecretStr

from provisioner.kubernetes import signing_requests, taints, token_secrets, volumes
from provisioner.kubernetes.addons.installing import Installer
from provisioner.kubernetes.addons.model import AddOn, Installed
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken
from provisioner.kubernetes.client import exists, unless_gone
from provisioner.kubernetes.drain import Drain
from provisioner.kubernetes.endpoints import Endpoints
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.kubernetes.serving_requests import ServingRequest
from provisioner.tls import client_context

_APPROVAL = "this node and its addresses are in the provisioner's inventory"


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
        self._installer = Installer(self._endpoints)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._endpoints.close()

    def server_version(self) -> str:
        version: str = self._endpoints.call(
            "ask for the cluster's version", lambda client: VersionApi(client).get_code()
        ).git_version
        return version

    def has_node(self, name: str) -> bool:
        return self._endpoints.call(
            f"look for node {name}",
            lambda client: exists(lambda: CoreV1Api(client).read_node(name)),
        )

    def node_names(self) -> list[str]:
        return [node.metadata.name for node in self._nodes()]

    def nodes_not_ready(self) -> dict[str, str]:
        return {
            node.metadata.name: one.message or one.reason or "it does not say why"
            for node in self._nodes()
            for one in (node.status and node.status.conditions) or ()
            if one.type == "Ready" and one.status != "True"
        }

    def _nodes(self) -> Any:
        found: Any = self._endpoints.call(
            "list the nodes", lambda client: CoreV1Api(client).list_node()
        )
        return found.items

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

    def mark_out_of_service(self, name: str) -> None:
        self._endpoints.call(
            f"mark node {name} as out of service",
            lambda client: unless_gone(lambda: taints.add(client, name, taints.OUT_OF_SERVICE)),
        )

    def attached_volumes(self, name: str) -> list[str]:
        return self._endpoints.call(
            f"list the volumes attached to node {name}",
            lambda client: volumes.attached(client, name),
        )

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

    def serving_requests(self) -> list[ServingRequest]:
        purpose = "list the kubelets' certificate signing requests"
        return self._endpoints.call(purpose, signing_requests.pending)

    def approve_serving_request(self, name: str) -> None:
        self._endpoints.call(
            f"approve the certificate signing request {name}",
            lambda client: signing_requests.approve(client, name, _APPROVAL),
        )

    def apply_add_on(self, add_on: AddOn) -> None:
        self._installer.apply(add_on)

    def remove_add_on(self, name: str) -> None:
        self._installer.remove(name)

    def installed_add_on(self, name: str) -> Installed | None:
        return self._installer.installed(name)
