"""What an add-on is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "pke-provisioner"
ADD_ON = "pke-provisioner/add-on"


@dataclass(frozen=True, order=True)
class Reference:
    """Where one object is. `namespace` is empty for what belongs to the cluster as a whole."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """The same for all versions of its API, and with or without the default namespace."""
        group = self.api_version.rpartition("/")[0]
        return group, self.kind, self.namespace or "default", self.name

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


@dataclass(frozen=True)
class AddOn:
    """`name` is the add-on's own, `program` what it is made of; `objects` need no order."""

    name: str
    program: str
    version: str
    objects: tuple[Object, ...]

    def marked(self) -> Iterator[Object]:
        """Its objects, each with our labels."""
        for found in self.objects:
            metadata = found["metadata"]
            labels = {**metadata.get("labels", {}), **marks(self.name)}
            yield {**found, "metadata": {**metadata, "labels": labels}}


@dataclass(frozen=True)
class Installed:
    """What a cluster holds of an add-on. `problems` are empty when all of it works."""

    program: str
    version: str
    objects: int
    problems: tuple[str, ...] = ()


def marks(add_on: str) -> dict[str, str]:
    return {MANAGED_BY: MANAGER, ADD_ON: add_on}


def reference(found: Object) -> Reference:
    metadata = found["metadata"]
    return Reference(
        found["apiVersion"], found["kind"], metadata.get("namespace", ""), metadata["name"]
    )
