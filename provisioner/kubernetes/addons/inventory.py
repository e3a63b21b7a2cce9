"""What an add-on has put into a cluster, kept in that cluster: only that is ever removed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from provisioner.kubernetes.addons.building import placed
from provisioner.kubernetes.addons.model import Object, Reference, marks

NAMESPACE = "kube-system"


@dataclass(frozen=True)
class Inventory:
    program: str
    version: str
    objects: tuple[Reference, ...]


def place(add_on: str) -> Reference:
    return Reference("v1", "ConfigMap", NAMESPACE, f"pke-provisioner-add-on-{add_on}")


def written(add_on: str, inventory: Inventory) -> Object:
    listed = [[one.api_version, one.kind, one.namespace, one.name] for one in inventory.objects]
    data = {
        "program": inventory.program,
        "version": inventory.version,
        "objects": json.dumps(listed),
    }
    found = placed("ConfigMap", NAMESPACE, place(add_on).name, data=data)
    found["metadata"]["labels"] = marks(add_on)
    return found


def read(found: Object | None) -> Inventory | None:
    if found is None:
        return None
    data = found["data"]
    listed = (Reference(*one) for one in json.loads(data["objects"]))
    return Inventory(data["program"], data["version"], tuple(listed))


def joined(one: Iterable[Reference], other: Iterable[Reference]) -> tuple[Reference, ...]:
    return tuple(sorted({*one, *other}))
