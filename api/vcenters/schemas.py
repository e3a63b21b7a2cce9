"""vCenters and their inventories on the wire."""

import ssl
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, field_validator

from api.patches import fixed_fields, read_patch
from api.schemas import Out
from provisioner.domain.faults import Fault
from provisioner.domain.inventory import COMPUTE, NETWORKS
from provisioner.domain.servers import spelled
from provisioner.domain.spec.document import Document, FolderPath, Host, Label, Thumbprint
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.store.tables import VCenter

UserName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class NewVCenter(Document):
    """`thumbprint` (SHA-256) or `caBundle` (PEM) verifies TLS; exactly one. VMs live below
    `rootFolder`, an inventory path such as `/DC1/vm/kubernetes`, and nowhere else."""

    name: Label
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    username: UserName
    password: Password
    thumbprint: Thumbprint | None = None
    ca_bundle: str | None = None
    root_folder: FolderPath


class VCenterChange(Document):
    """New credentials, or a new way to verify TLS, which replaces the present one."""

    username: UserName | None = None
    password: Password | None = None
    thumbprint: Thumbprint | None = None
    ca_bundle: str | None = None


class VCenterOut(Out):
    id: str
    name: str
    host: str
    port: int
    thumbprint: str | None
    ca_bundle: str | None
    root_folder: str
    instance_uuid: str | None
    version: str | None
    state: str
    reason: str | None
    watched_at: datetime | None

    @field_validator("thumbprint")
    @classmethod
    def _with_colons(cls, given: str | None) -> str | None:
        return given and spelled(given)


class VCenterList(Out):
    items: list[VCenterOut]


class NamedObject(Out):
    name: str
    path: str


class TemplateOut(NamedObject):
    disk_gib: int | None = Field(alias="diskGiB")


class InventoryOut(Out):
    watched_at: datetime | None
    datacenters: list[NamedObject]
    clusters: list[NamedObject]
    resource_pools: list[NamedObject]
    datastores: list[NamedObject]
    datastore_clusters: list[NamedObject]
    networks: list[NamedObject]
    folders: list[NamedObject]
    templates: list[TemplateOut]


_FIXED = "can't be changed; register the vCenter under another name"
_TLS = ("thumbprint", "caBundle")


def check_new(new: NewVCenter) -> list[Fault]:
    if new.thumbprint is None and new.ca_bundle is None:
        return [Fault("thumbprint", "give the SHA-256 thumbprint, or caBundle", rests_on=_TLS)]
    return _check_tls(new)


def read_change(body: object) -> VCenterChange:
    """Raises InvalidRequest with all faults."""
    fixed = fixed_fields(body, NewVCenter, VCenterChange, _FIXED)
    return read_patch(VCenterChange, body, fixed, _check_tls)


def _check_tls(given: NewVCenter | VCenterChange) -> list[Fault]:
    if given.thumbprint is not None and given.ca_bundle is not None:
        return [Fault("thumbprint", "give thumbprint or caBundle, not both", rests_on=_TLS)]
    if given.ca_bundle is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=given.ca_bundle)
        except (ssl.SSLError, ValueError, TypeError):
            return [Fault("caBundle", "is not a certificate in PEM form")]
    return []


def shown_inventory(vcenter: VCenter, objects: Iterable[InventoryObject]) -> InventoryOut:
    found = sorted(objects, key=lambda item: item.path)

    def of(*types: str) -> list[NamedObject]:
        return [NamedObject.model_validate(item) for item in found if item.type in types]

    return InventoryOut(
        watched_at=vcenter.watched_at,
        datacenters=of("Datacenter"),
        clusters=of(*COMPUTE),
        resource_pools=of("ResourcePool"),
        datastores=of("Datastore"),
        datastore_clusters=of("StoragePod"),
        networks=of(*NETWORKS),
        folders=of("Folder"),
        templates=[TemplateOut.model_validate(item) for item in found if item.is_template],
    )


def secret_path(vcenter_id: str) -> str:
    return f"vcenters/{vcenter_id}"
