"""The documents by which kubectl and dynamic clients learn what the API serves."""

from collections.abc import Sequence
from typing import Any

from lab.guests.kubernetes.resources import Resource

VERBS = ["create", "delete", "get", "list", "patch", "update"]


def document(path: str, resources: Sequence[Resource]) -> dict[str, Any] | None:
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        groups = [_group(group, version) for group, version in _named_groups(resources)]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    group_version = path.removeprefix("/apis/").removeprefix("/api/")
    served = [resource for resource in resources if resource.group_version == group_version]
    if not served:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": [_resource(resource) for resource in served],
    }


def _named_groups(resources: Sequence[Resource]) -> list[tuple[str, str]]:
    return sorted({(each.group, each.version) for each in resources if each.group})


def _group(group: str, version: str) -> dict[str, Any]:
    served = {"groupVersion": f"{group}/{version}", "version": version}
    return {"name": group, "versions": [served], "preferredVersion": served}


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": VERBS,
    }
