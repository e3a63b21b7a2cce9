"""What a cluster calls the objects of a kind: asked of the cluster itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.addons.model import Object, Reference
from provisioner.kubernetes.client import EndpointClient
from provisioner.kubernetes.errors import AddOnMissing

JSON = "application/json"


@dataclass(frozen=True)
class Kind:
    plural: str
    namespaced: bool


class Kinds:
    """Asks once per API version. Run it at an endpoint."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Kind]] = {}

    def path(self, client: EndpointClient, found: Reference) -> str:
        """The object's own. Raises AddOnMissing while the cluster does not serve its kind."""
        if found.kind not in self._known.get(found.api_version, {}):
            self._known[found.api_version] = _served(client, found.api_version)
        kind = self._known[found.api_version].get(found.kind)
        if kind is None:
            raise AddOnMissing(f"the cluster does not serve {found.kind} of {found.api_version}")
        place = f"namespaces/{found.namespace or 'default'}/" if kind.namespaced else ""
        return f"{root(found.api_version)}/{place}{kind.plural}/{found.name}"


def _served(client: EndpointClient, api_version: str) -> dict[str, Kind]:
    try:
        document = ask(client, "GET", root(api_version))
    except ApiException as refusal:
        if refusal.status != 404:
            raise
        return {}
    return {
        one["kind"]: Kind(one["name"], one["namespaced"])
        for one in document["resources"]
        if "/" not in one["name"]
    }


def root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def ask(
    client: EndpointClient,
    method: str,
    path: str,
    body: Object | None = None,
    query: Mapping[str, str] | None = None,
    content_type: str = JSON,
) -> Object:
    """One request about objects of any kind. Raises the client library's errors."""
    url = f"{client.configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
    headers = {"Accept": JSON, "Content-Type": content_type}
    # The library encodes nothing but what is plain JSON.
    sent = body if content_type == JSON else json.dumps(body)
    response = client.call_api(method, url, headers, sent)
    response.read()
    text = response.data.decode()
    if not 200 <= response.status <= 299:
        raise ApiException.from_response(http_resp=response, body=text, data=None)
    answer: Object = json.loads(text)
    return answer
