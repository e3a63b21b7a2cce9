"""A request once it is read, and what its path means."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lab.guests.kubernetes.errors import ApiError
from lab.guests.kubernetes.resources import NAMESPACES, Resource, find


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip()

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except ValueError as problem:
            raise ApiError(400, "BadRequest", "the body is not JSON") from problem
        if not isinstance(found, dict):
            raise ApiError(400, "BadRequest", "the body is not an object")
        return found


@dataclass(frozen=True)
class Target:
    resource: Resource
    namespace: str
    name: str
    subresource: str


def target_of(path: str, resources: Sequence[Resource]) -> Target:
    """Reads `/api/v1/...` and `/apis/group/version/...`; 404 for what is not served."""
    parts = [part for part in path.split("/") if part]
    width = {"api": 1, "apis": 2}.get(parts.pop(0) if parts else "", 0)
    group_version, parts = "/".join(parts[:width]), parts[width:]
    namespace = ""
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    plural, name, subresource = (*parts, "", "", "")[:3]
    resource = find(resources, group_version, plural) if width else None
    if resource is None or len(parts) > 3:
        raise ApiError(404, "NotFound", "the server could not find the requested resource")
    return Target(resource, "" if resource == NAMESPACES else namespace, name, subresource)
