"""The task that has Packer build an image's template."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.image_places import ImagePlace
from provisioner.domain.images import BUILD
from provisioner.domain.spec.image import ImageSpec
from provisioner.domain.virtual_machines import FolderVM, VCenterAccess
from provisioner.images.build import Built, PackerBuild
from provisioner.images.build_errors import InputsChanged
from provisioner.images.definitions import Definitions
from provisioner.images.digest import digest
from provisioner.images.log import Log
from provisioner.images.order import BuildOrder, Site
from provisioner.images.output import stage
from provisioner.images.redaction import Redactor
from provisioner.images.tools import find_tools
from provisioner.settings import Settings
from provisioner.vsphere.tls import trust_of
from workflows.kinds.image_errors import TemplateLost
from workflows.kinds.image_folders import ImageFolders
from workflows.kinds.image_reach import Reach
from workflows.kinds.image_rows import ImageOrder, Template


class ImageBuilds:
    def __init__(self, reach: Reach, folders: ImageFolders, settings: Settings) -> None:
        self._reach, self._folders, self._settings = reach, folders, settings

    async def run(self, order: ImageOrder) -> None:
        """Begins anew: what an earlier attempt left is removed first."""
        rows, threads = self._reach.rows, self._reach.threads
        packer = await threads.run(self._packer, order)
        await self._reach.tell(order, BUILD, "Packer builds; its log tells how far it is")
        place = await threads.run(rows.place, order)
        await threads.run(self._require_same_inputs, order, place)
        folder = await self._folders.ensure_in_place(order, place)
        await self._sweep(order, place, folder)
        await threads.run(rows.forget_templates, order)
        try:
            built = await self._build(order, place, packer)
            made = await self._template(order, place)
            await self._folders.remove_iso(order, place)
        except (ProvisionerError, OSError):
            if await threads.run(rows.is_latest, order, BUILD):
                await self._sweep(order, place, await self._folders.ensure(order, place))
            raise
        template = Template(made.moref, order.spec.name, f"{place.folder_path}/{order.spec.name}")
        await threads.run(rows.note_built, order, template, made.datastores[0], _reported(built))

    def _packer(self, order: ImageOrder) -> PackerBuild:
        settings = self._settings
        tools = find_tools(settings.packer, settings.packer_plugins)
        definitions = Definitions(settings.image_definitions)
        definitions.path(order.spec.definition or "")
        return PackerBuild(tools, definitions.folder, settings.image_build_seconds)

    def _require_same_inputs(self, order: ImageOrder, place: ImagePlace) -> None:
        """Raises InputsChanged: an image is found again by the digest of what it is made of."""
        definitions = Definitions(self._settings.image_definitions)
        if digest(definitions, order.spec, place.template) != order.spec.digest:
            raise InputsChanged(
                f"what this image is made of changed since it was asked for: a file in "
                f"{definitions.folder} on the worker is another than the API's was, or the "
                "template that is cloned; delete the image and ask for it anew"
            )

    async def _sweep(self, order: ImageOrder, place: ImagePlace, folder: str) -> None:
        sources = [place.template.moref] if place.template else []
        await self._folders.sweep(order, folder, order.own_names, sources)
        await self._folders.remove_iso(order, place)

    async def _build(self, order: ImageOrder, place: ImagePlace, packer: PackerBuild) -> Built:
        access = await self._access(order)
        definitions = Definitions(self._settings.image_definitions)
        threads = self._reach.threads
        wanted = await threads.run(_build_order, order, place, access, definitions)

        async def append(lines: Sequence[str]) -> None:
            if at := stage(lines):
                await self._reach.tell(order, BUILD, f"Packer: {at}")
            await self._reach.log(order, *lines)

        log = Log(append, Redactor(wanted.secrets()))
        async with log.written():
            log.say(f"Packer builds {order.spec.definition} in {place.folder_path}")
            try:
                return await packer.run(wanted, log.say)
            except asyncio.CancelledError:
                log.say("the build was cancelled, or its worker stops")
                raise

    async def _access(self, order: ImageOrder) -> VCenterAccess:
        """Of a login that works: Packer must not try one that locks the account."""
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            await connection.vcenter.connect()
        row = await self._reach.threads.run(self._reach.rows.vcenter, order.vcenter_id)
        return await self._reach.connections.access(row)

    async def _template(self, order: ImageOrder, place: ImagePlace) -> FolderVM:
        """Packer makes the folder anew when somebody deleted it meanwhile."""
        folder = await self._folders.ensure(order, place)
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            found = await connection.vcenter.contents(folder)
        for one in found:
            if one.name == order.spec.name and one.is_template and one.datastores:
                return one
        raise TemplateLost(
            f"Packer says the build succeeded, but there is no template {order.spec.name} in "
            f"{place.folder_path}; do the definitions set convert_to_template?"
        )


def _build_order(
    order: ImageOrder, place: ImagePlace, access: VCenterAccess, definitions: Definitions
) -> BuildOrder:
    """Blocks: a pinned certificate is fetched."""
    spec = order.spec
    source: Literal["iso", "clone"] = "iso" if spec.source == "iso" else "clone"
    site = Site(
        vcenter_server=f"{access.host}:{access.port}",
        datacenter=place.datacenter.path,
        cluster=place.cluster,
        resource_pool=place.pool_in_cluster,
        datastore=place.storage.path,
        iso_folder=place.iso_folder,
        folder=place.folder_in_datacenter,
        network=place.network.path,
        vm_name=spec.name,
        template=place.template.path if place.template else "",
    )
    return BuildOrder(
        source=source,
        definition=spec.definition or "",
        kubernetes_version=spec.kubernetes_version,
        variables=spec.variables,
        site=site,
        iso_url=_iso_url(spec, definitions),
        username=access.username,
        password=access.password,
        trust=trust_of(access),
    )


def _iso_url(spec: ImageSpec, definitions: Definitions) -> str:
    """The request's or the definition's; "" without an installer."""
    if spec.source != "iso":
        return ""
    said = {**definitions.read(spec.definition or "").settings, **spec.variables}
    return str(said.get("iso_url", ""))


def _reported(built: Built) -> dict[str, object]:
    report = built.report.model_dump(mode="json", by_alias=True)
    return {**report, "packer": built.artifact.model_dump(mode="json")}
