"""Rewrites images to a private registry."""

from typing import Any

from provisioner.kubernetes.addons.model import Object

_LISTS = ("containers", "initContainers", "ephemeralContainers")


def rewritten(image: str, registry: str | None) -> str:
    """The same repository, tag and digest at `registry` (`host[:port][/path]`).

    A name without a host, such as `calico/node:v3`, is Docker Hub's.
    """
    if registry is None:
        return image
    first, slash, rest = image.partition("/")
    hosted = slash and ("." in first or ":" in first or first == "localhost")
    return f"{registry}/{rest if hosted else image}"


def with_registry(found: Object, registry: str | None) -> Object:
    """A copy in which every container's image comes from `registry`."""
    changed: Object = _rewritten(found, registry)
    return changed


def _rewritten(value: Any, registry: str | None) -> Any:
    if isinstance(value, list):
        return [_rewritten(one, registry) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: [_container(one, registry) for one in inner]
        if key in _LISTS and isinstance(inner, list)
        else _rewritten(inner, registry)
        for key, inner in value.items()
    }


def _container(value: Any, registry: str | None) -> Any:
    found = _rewritten(value, registry)
    if isinstance(found, dict) and isinstance(found.get("image"), str):
        found["image"] = rewritten(found["image"], registry)
    return found
