"""Short forms for what tests of images do, and what the workflows would have done meanwhile."""

from datetime import datetime
from typing import Any

import httpx

from provisioner.domain.image_places import folder_name
from provisioner.domain.virtual_machines import InventoryObject, WatchBatch
from provisioner.store import images, inventory, operations, resources
from provisioner.store.tables import ImageTemplate, VCenter
from provisioner.store.types import utc_now
from tests.api.inventory import ROOT
from tests.api.served import Api
from tests.unit.documents import cluster_document

PLACEMENT = cluster_document()["placement"]


def build_document(**changes: Any) -> dict[str, Any]:
    return {
        "definition": "debian-12-node",
        "source": "clone",
        "template": "debian-12-node",
        "kubernetesVersion": "1.35.4",
        "vcenter": "lab",
        "placement": PLACEMENT,
    } | changes


def import_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "imported",
        "vcenter": "lab",
        "template": "debian-12-node",
        "placement": PLACEMENT,
    } | changes


def build(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    """An image that is being made, as GET shows it."""
    answer = client.post("/images/builds", json=build_document(**changes))
    assert answer.status_code == 202, answer.text
    return client.get(f"/images/{answer.json()['cluster']['id']}").json()


def made(api: Api, client: httpx.Client, **changes: Any) -> dict[str, Any]:
    """An image that is registered, with a template in the inventory."""
    found = build(client, **changes)
    register(api, found)
    return client.get(f"/images/{found['id']}").json()


def register(
    api: Api,
    image: dict[str, Any],
    datastores: tuple[str, ...] = ("local-1",),
    at: datetime | None = None,
) -> None:
    """What the tasks do: templates in vCenter and on record, and the operation's end."""
    with api.database.write() as session:
        resource = resources.lock(session, image["id"])
        row = images.get(session, resource.id)
        row.os, row.kubernetes_version = "debian12", resource_version(image)
        row.registered_at = at or utc_now()
        if operation := operations.running(session, resource.id):
            operations.finish(operation, "succeeded")
        vcenter = session.get_one(VCenter, resource.vcenter_id)
        seen = [_template(image, number, name) for number, name in enumerate(datastores)]
        inventory.apply(session, vcenter, WatchBatch(objects=tuple(seen)))
        for item, datastore in zip(seen, datastores, strict=True):
            template = ImageTemplate(
                resource_id=resource.id,
                moref=item.moref,
                name=item.name,
                path=item.path,
                datastore=datastore,
            )
            session.add(template)


def lose(api: Api, image: dict[str, Any]) -> None:
    """As the watch tells of templates that somebody removed."""
    with api.database.write() as session:
        vcenter = session.get_one(VCenter, resources.get(session, image["id"]).vcenter_id)
        gone = tuple(one.moref for one in images.templates(session, image["id"]))
        inventory.apply(session, vcenter, WatchBatch(objects_gone=gone))


def resource_version(image: dict[str, Any]) -> str | None:
    return image["spec"].get("kubernetesVersion")


def _template(image: dict[str, Any], number: int, datastore: str) -> InventoryObject:
    name = f"{image['name']}-{datastore}" if number else image["name"]
    folder = folder_name(image["name"], image["id"])
    return InventoryObject(
        moref=f"vm-of-{name}",
        type="VirtualMachine",
        name=name,
        path=f"{ROOT}/{folder}/{name}",
        is_template=True,
        disk_gib=20,
    )
