"""Bootstrap tokens in the cluster. Raises the client library's errors: run it at an endpoint."""

from kubernetes.client import CoreV1Api, V1ObjectMeta, V1Secret
from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.bootstrap_tokens import (
    NAMESPACE,
    BootstrapToken,
    secret_data,
    secret_name,
)
from provisioner.kubernetes.client import EndpointClient, unless_gone


def put(client: EndpointClient, token: BootstrapToken) -> None:
    api, name = CoreV1Api(client), secret_name(token.token_id)
    body = V1Secret(
        metadata=V1ObjectMeta(name=name, namespace=NAMESPACE),
        type="bootstrap.kubernetes.io/token",
        string_data=secret_data(token),
    )
    try:
        api.create_namespaced_secret(NAMESPACE, body)
    except ApiException as refusal:
        if refusal.status != 409:
            raise
        api.replace_namespaced_secret(name, NAMESPACE, body)


def delete(client: EndpointClient, token_id: str) -> None:
    api, name = CoreV1Api(client), secret_name(token_id)
    unless_gone(lambda: api.delete_namespaced_secret(name, NAMESPACE))
