"""Objects from a manifest that an operator points to."""

import hashlib
from collections.abc import Iterator
from typing import Any

import yaml

from provisioner.kubernetes.addons.model import Object
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
        documents = list(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, UnicodeDecodeError) as err:
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
        for one in document.get("items") or ():
            yield from _bodies(name, one)
        return
    metadata = document.get("metadata")
    named = isinstance(metadata, dict) and isinstance(metadata.get("name"), str)
    if not (document.get("apiVersion") and document.get("kind") and named):
        raise ManifestRefused(f"{name} holds an object without apiVersion, kind or metadata.name")
    yield {key: value for key, value in document.items() if key != "status"}
