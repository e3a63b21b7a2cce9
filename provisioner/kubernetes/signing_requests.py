"""CertificateSigningRequests in the cluster. Raises the client's errors: run it at an endpoint."""

import base64
from typing import Any

from kubernetes.client import (
    CertificatesV1Api,
    V1CertificateSigningRequestCondition,
    V1CertificateSigningRequestStatus,
)
from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.client import EndpointClient
from provisioner.kubernetes.serving_requests import SIGNER, ServingRequest


def pending(client: EndpointClient) -> list[ServingRequest]:
    """Of kubelets that want to serve; neither approved nor denied."""
    selector = f"spec.signerName={SIGNER}"
    api = CertificatesV1Api(client)
    found = api.list_certificate_signing_request(field_selector=selector).items
    return [_read(one) for one in found if not one.status or not one.status.conditions]


def approve(client: EndpointClient, name: str, message: str) -> None:
    """Approved, denied or gone already is success: somebody decided."""
    api = CertificatesV1Api(client)
    try:
        found = api.read_certificate_signing_request(name)
        if found.status and found.status.conditions:
            return
        approved = V1CertificateSigningRequestCondition(
            type="Approved", status="True", reason="KnownNode", message=message
        )
        found.status = V1CertificateSigningRequestStatus(conditions=[approved])
        api.replace_certificate_signing_request_approval(name, found)
    except ApiException as refusal:
        if refusal.status not in (404, 409):
            raise


def _read(found: Any) -> ServingRequest:
    return ServingRequest(
        name=found.metadata.name,
        signer=found.spec.signer_name,
        username=found.spec.username or "",
        groups=tuple(found.spec.groups or ()),
        usages=tuple(found.spec.usages or ()),
        pem=base64.b64decode(found.spec.request),
    )
