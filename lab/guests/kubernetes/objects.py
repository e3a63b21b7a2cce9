"""The objects of one cluster, with the versions and conflicts that clients rely on."""

import base64
import copy
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lab.guests.kubernetes.errors import ApiError, not_found
from lab.guests.kubernetes.resources import (
    DEFINITIONS,
    RESOURCES,
    SECRETS,
    Resource,
    defined,
)

Object = dict[str, Any]
Key = tuple[Resource, str, str]


class ObjectStore:
    """Safe for several threads; whatever goes in or out is a copy."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._objects: dict[Key, Object] = {}
        self._version = 0
        self._served: tuple[Resource, ...] | None = None

    def served(self) -> tuple[Resource, ...]:
        """The kinds there are, also those that definitions have added."""
        with self.lock:
            if self._served is None:
                self._served = (*RESOURCES, *defined(self.list(DEFINITIONS)))
            return self._served

    def list(self, resource: Resource, namespace: str = "") -> list[Object]:
        with self.lock:
            chosen = [
                item
                for item in self._objects.items()
                if item[0][0] == resource and namespace in ("", item[0][1])
            ]
            return [copy.deepcopy(found) for _, found in sorted(chosen, key=_by_name)]

    def find(self, resource: Resource, namespace: str, name: str) -> Object | None:
        with self.lock:
            return copy.deepcopy(self._objects.get((resource, namespace, name)))

    def get(self, resource: Resource, namespace: str, name: str) -> Object:
        found = self.find(resource, namespace, name)
        if found is None:
            raise not_found(resource.plural, name)
        return found

    def create(self, resource: Resource, namespace: str, body: Object) -> Object:
        with self.lock:
            name = _name_in(body)
            if (resource, namespace, name) in self._objects:
                message = f'{resource.plural} "{name}" already exists'
                raise ApiError(409, "AlreadyExists", message)
            metadata = body["metadata"] | {
                "uid": str(uuid.uuid4()),
                "creationTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            return self._put(resource, namespace, body | {"metadata": metadata})

    def change(
        self, resource: Resource, namespace: str, name: str, edit: Callable[[Object], Object]
    ) -> Object:
        """Replaces the object by `edit(copy)`; a change of nothing leaves its version alone."""
        with self.lock:
            before = self.get(resource, namespace, name)
            after = edit(copy.deepcopy(before))
            _refuse_stale(before, after)
            kept = {key: before["metadata"][key] for key in ("name", "uid", "creationTimestamp")}
            after["metadata"] = {**before["metadata"], **after.get("metadata", {}), **kept}
            return before if after == before else self._put(resource, namespace, after)

    def delete(self, resource: Resource, namespace: str, name: str) -> Object:
        with self.lock:
            found = self.get(resource, namespace, name)
            del self._objects[resource, namespace, name]
            self._served = None
            return found

    def delete_where(self, gone: Callable[[Resource, str], bool]) -> None:
        """All objects of whose kind and namespace `gone` is true."""
        with self.lock:
            for key in [key for key in self._objects if gone(key[0], key[1])]:
                del self._objects[key]

    def _put(self, resource: Resource, namespace: str, body: Object) -> Object:
        self._version += 1
        stored = copy.deepcopy(body)
        stored |= {"apiVersion": resource.group_version, "kind": resource.kind}
        stored["metadata"]["resourceVersion"] = str(self._version)
        if resource.namespaced:
            stored["metadata"]["namespace"] = namespace
        if resource == DEFINITIONS:
            self._served = None
        if resource == SECRETS:
            _encode_string_data(stored)
        self._objects[resource, namespace, stored["metadata"]["name"]] = stored
        return copy.deepcopy(stored)


def _by_name(item: tuple[Key, Object]) -> tuple[str, str]:
    return item[0][1:]


def _name_in(body: Object) -> str:
    name = body.get("metadata", {}).get("name")
    if not name:
        raise ApiError(422, "Invalid", "metadata.name: Required value")
    return str(name)


def _refuse_stale(before: Object, after: Object) -> None:
    asked = after.get("metadata", {}).get("resourceVersion")
    if asked not in (None, before["metadata"]["resourceVersion"]):
        raise ApiError(409, "Conflict", "the object has been modified")


def _encode_string_data(secret: Object) -> None:
    plain = secret.pop("stringData", {})
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
    secret["data"] = secret.get("data", {}) | encoded
