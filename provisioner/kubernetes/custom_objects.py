"""Server-side apply and removal of add-ons' objects. Run it at an endpoint."""

from kubernetes.client import CustomObjectsApi
from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.client import EndpointClient, unless_gone
from provisioner.kubernetes.errors import AddOnMissing
from provisioner.kubernetes.metallb import GROUP, NAME, NAMESPACE, VERSION, CustomObject

FIELD_MANAGER = "pke-provisioner"
APPLY = "application/apply-patch+yaml"


def apply(client: EndpointClient, found: CustomObject) -> None:
    """Raises AddOnMissing while the cluster does not know the kind."""
    try:
        CustomObjectsApi(client).patch_namespaced_custom_object(
            *_place(found),
            found.body,
            field_manager=FIELD_MANAGER,
            force=True,
            _content_type=APPLY,
        )
    except ApiException as refusal:
        if refusal.status != 404:
            raise
        message = "the cluster does not serve MetalLB's objects yet: install MetalLB"
        raise AddOnMissing(message) from refusal


def remove(client: EndpointClient, found: CustomObject) -> None:
    api = CustomObjectsApi(client)
    unless_gone(lambda: api.delete_namespaced_custom_object(*_place(found)))


def _place(found: CustomObject) -> tuple[str, str, str, str, str]:
    return GROUP, VERSION, NAMESPACE, found.plural, NAME
