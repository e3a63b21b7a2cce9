"""Objects from a manifest that an operator points to."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import yaml

from provisioner.kubernetes.addons.model import Object
from provisioner.kubernetes.addons.yaml_bounds import require_bounded
from provisioner.kubernetes.errors import ManifestRefused


def objects(name: str, text: bytes, sha256: str) -> tuple[Object, ...]:
    """`name` tells people where it came from. Raises ManifestRefused."""
    found = hashlib.sha256(text).hexdigest()
    if found != sha256:
        raise ManifestRefused(
            f"{name} has the SHA-256 {found}, not {sha256}: nothing of it was applied; check who "
            "changed it, and give the new sha256 only if the change is wanted"
        )
    try:
        require_bounded(name, yaml.parse(text, Loader=_Loader))
        documents = list(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError) as err:
        raise ManifestRefused(f"{name} is not YAML") from err
    bodies = tuple(body for document in documents for body in _bodies(name, document))
    if not bodies:
        raise ManifestRefused(f"{name} holds no objects")
    return bodies


class _Loader(yaml.CSafeLoader):
    """Safe, and dates stay texts, as Kubernetes reads them."""


_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _bodies(name: str, document: Any) -> Iterator[Object]:
    if document is None:
        return
    if not isinstance(document, dict):
        raise ManifestRefused(f"{name} holds something that is no object")
    if document.get("kind") == "List":
        items = document.get("items") or []
        if not isinstance(items, list):
            raise ManifestRefused(f"{name} holds a List whose items are no list")
        for one in items:
            yield from _bodies(name, one)
        return
    yield _body(name, document)


def _body(name: str, document: Object) -> Object:
    metadata = document.get("metadata")
    given = metadata if isinstance(metadata, dict) else {}
    named = (document.get("apiVersion"), document.get("kind"), given.get("name"))
    if not all(one and isinstance(one, str) for one in named):
        raise ManifestRefused(f"{name} holds an object without apiVersion, kind or metadata.name")
    told = f"{document['kind']} {given['name']} in {name}"
    # As the cluster does: an empty field is none.
    given = {key: value for key, value in given.items() if value is not None}
    for field, kind in (("namespace", str), ("labels", dict)):
        if not isinstance(given.get(field, kind()), kind):
            raise ManifestRefused(f"metadata.{field} of {told} is neither text nor a mapping")
    body = {key: value for key, value in document.items() if key != "status"} | {"metadata": given}
    try:
        json.dumps(body, allow_nan=False)
    except (TypeError, ValueError) as err:
        raise ManifestRefused(f"{told} is not JSON, as clusters take it: {err}") from err
    return body
