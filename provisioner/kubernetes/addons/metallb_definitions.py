"""MetalLB's kinds, and the webhooks by which its controller checks objects of them."""

from collections.abc import Iterator
from typing import Any

from provisioner.kubernetes.addons.building import global_object
from provisioner.kubernetes.addons.model import Object

GROUP = "metallb.io"
NAMESPACE = "metallb-system"
WEBHOOKS = "metallb-webhook-configuration"
WEBHOOK_SERVICE = "metallb-webhook-service"

# Plural and kind. The programs watch all of them, whether BGP is used or not.
KINDS = {
    "ipaddresspools": "IPAddressPool",
    "l2advertisements": "L2Advertisement",
    "servicel2statuses": "ServiceL2Status",
    "bfdprofiles": "BFDProfile",
    "bgpadvertisements": "BGPAdvertisement",
    "bgppeers": "BGPPeer",
    "communities": "Community",
    "servicebgpstatuses": "ServiceBGPStatus",
}
# The controller refuses to start unless this one is converted by its webhook.
_CONVERTED = "bgppeers"
_CHECKED = (
    ("bgppeers", "v1beta2", "UPDATE"),
    ("bfdprofiles", "v1beta1", "DELETE"),
    ("bgpadvertisements", "v1beta1", "UPDATE"),
    ("communities", "v1beta1", "UPDATE"),
    ("ipaddresspools", "v1beta1", "UPDATE"),
    ("l2advertisements", "v1beta1", "UPDATE"),
)


def definitions() -> Iterator[Object]:
    for plural, kind in KINDS.items():
        spec: dict[str, Any] = {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "plural": plural,
                "singular": kind.lower(),
                "kind": kind,
                "listKind": f"{kind}List",
            },
            "versions": [_version("v1beta1", stored=True)],
        }
        if plural == _CONVERTED:
            spec["versions"] = [_version("v1beta1", stored=False), _version("v1beta2", stored=True)]
            spec["conversion"] = _conversion()
        version = "apiextensions.k8s.io/v1"
        name = f"{plural}.{GROUP}"
        yield global_object("CustomResourceDefinition", name, version, spec=spec)


def webhooks() -> Object:
    """The controller itself adds the authority of its certificate."""
    return global_object(
        "ValidatingWebhookConfiguration",
        WEBHOOKS,
        "admissionregistration.k8s.io/v1",
        webhooks=[_webhook(*one) for one in _CHECKED],
    )


def _version(name: str, stored: bool) -> Object:
    """MetalLB's webhooks check what is written; the schema lets all of it pass."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "name": name,
        "served": True,
        "storage": stored,
        "schema": {"openAPIV3Schema": anything},
        "subresources": {"status": {}},
    }


def _conversion() -> Object:
    service = {"name": WEBHOOK_SERVICE, "namespace": NAMESPACE, "path": "/convert"}
    webhook = {
        "clientConfig": {"service": service},
        "conversionReviewVersions": ["v1beta1", "v1beta2"],
    }
    return {"strategy": "Webhook", "webhook": webhook}


def _webhook(plural: str, version: str, operation: str) -> Object:
    singular = KINDS[plural].lower()
    path = f"/validate-metallb-io-{version}-{singular}"
    return {
        "name": f"{singular}validationwebhook.{GROUP}",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {
            "service": {"name": WEBHOOK_SERVICE, "namespace": NAMESPACE, "path": path}
        },
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "rules": [
            {
                "apiGroups": [GROUP],
                "apiVersions": [version],
                "operations": ["CREATE", operation],
                "resources": [plural],
            }
        ],
    }
