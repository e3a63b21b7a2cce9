"""Objects of any kind in one cluster: applied by the server, read, removed."""

import json

from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.addons.kinds import Kinds, ask, root
from provisioner.kubernetes.addons.model import MANAGER, Object, Reference, reference
from provisioner.kubernetes.client import EndpointClient
from provisioner.kubernetes.endpoints import Endpoints
from provisioner.kubernetes.errors import AddOnMissing, AddOnNotYet, ObjectRefused

APPLY = "application/apply-patch+yaml"
# Forced: what we render is ours, whoever changed it meanwhile. Strict: no misspelt field is lost.
_APPLYING = {"fieldManager": MANAGER, "force": "true", "fieldValidation": "Strict"}
_REFUSED = (400, 403, 404, 409, 422)
# A field that the kind does not have is answered with 500.
_MISSHAPEN = "failed to create typed patch object"
# What a webhook that does not answer yet, and a namespace that is still going, make of a request.
_PASSING = ("failed calling webhook", "being terminated", "conversion webhook")


class Objects:
    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._kinds = Kinds()

    def apply(self, body: Object) -> None:
        """Raises AddOnMissing, AddOnNotYet, ObjectRefused and what every call raises."""
        found = reference(body)

        def work(client: EndpointClient) -> None:
            path = self._kinds.path(client, found)
            try:
                ask(client, "PATCH", path, body, _APPLYING, APPLY)
            except ApiException as refusal:
                raise _in_words(found, refusal) from refusal

        self._endpoints.call(f"apply {found}", work)

    def find(self, found: Reference) -> Object | None:
        """None when it is not there, or its kind is not."""

        def work(client: EndpointClient) -> Object | None:
            try:
                return ask(client, "GET", self._kinds.path(client, found))
            except AddOnMissing:
                return None
            except ApiException as refusal:
                if refusal.status != 404:
                    raise
                return None

        return self._endpoints.call(f"read {found}", work)

    def defined_by(self, definition: Object) -> list[Object]:
        """All objects of the kind that a CustomResourceDefinition adds, in every namespace."""
        spec = definition["spec"]
        # No webhook converts what is read as it is stored.
        [version] = (one["name"] for one in spec["versions"] if one["storage"])
        plural = spec["names"]["plural"]
        path = f"{root(spec['group'] + '/' + version)}/{plural}"

        def work(client: EndpointClient) -> list[Object]:
            try:
                answer = ask(client, "GET", path)
            except ApiException as refusal:
                if refusal.status != 404:
                    raise
                return []
            found: list[Object] = answer["items"]
            return found

        return self._endpoints.call(f"list {plural}", work)

    def remove(self, found: Reference) -> None:
        """Its dependants go after it. Gone already is success."""

        def work(client: EndpointClient) -> None:
            background = {"propagationPolicy": "Background"}
            try:
                ask(client, "DELETE", self._kinds.path(client, found), background)
            except AddOnMissing:
                return
            except ApiException as refusal:
                if refusal.status != 404:
                    raise _in_words(found, refusal) from refusal

        self._endpoints.call(f"remove {found}", work)


def _in_words(found: Reference, refusal: ApiException) -> Exception:
    """The API's own reason; never for a Secret, whose values it might repeat."""
    told = _message(refusal)
    if any(words in told for words in _PASSING):
        return AddOnNotYet(f"can't apply {found} yet: {told}")
    if refusal.status not in _REFUSED and _MISSHAPEN not in told:
        return refusal
    shown = f"it answers {refusal.status}" if found.kind == "Secret" else told
    return ObjectRefused(f"the cluster refuses {found}: {shown}")


def _message(refusal: ApiException) -> str:
    try:
        return str(json.loads(refusal.body or "")["message"])
    except (TypeError, ValueError, KeyError):
        return f"it answers {refusal.status}"
