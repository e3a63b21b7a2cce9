"""The task that boots a clone of a template, hears what it says of itself, and removes it."""

import asyncio
import json
from functools import partial
from typing import Annotated

from pydantic import Field, ValidationError

from provisioner.bootstrap.boot_check import ANSWER
from provisioner.bootstrap.boot_test import BootTest, extra_config
from provisioner.bootstrap.model import NicConfig
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.ids import new_uuid
from provisioner.domain.image_places import ImagePlace, boot_test_name
from provisioner.domain.images import BOOT_TEST
from provisioner.domain.machines import network_type
from provisioner.domain.naming import manual_mac
from provisioner.domain.virtual_machines import CloneRequest, Fact, Nic
from provisioner.settings import Settings
from workflows.kinds.image_errors import BootTestFailed, TemplateLost
from workflows.kinds.image_folders import ImageFolders
from workflows.kinds.image_reach import Reach, clone_known, original, within
from workflows.kinds.image_rows import ImageOrder, Template

_VCPU, _MEMORY_MIB = 2, 2048
_HOSTNAME = "boot-test"
_POLL_SECONDS = 1.0
_REASON_CHARACTERS = 1000


_Said = Annotated[str, Field(max_length=300)]


class Answer(Fact):
    """What the clone says of itself; `test` is its instance id, so that no older one counts."""

    test: _Said
    ok: bool
    os: Annotated[str, Field(max_length=63)] | None = None
    kernel: _Said | None = None
    kubernetes: Annotated[str, Field(max_length=16)] | None = None
    containerd: _Said | None = None
    cloudInit: _Said | None = None  # noqa: N815, as it is written on the machine
    problems: Annotated[tuple[_Said, ...], Field(max_length=256)] = ()


class ImageBootTests:
    def __init__(self, reach: Reach, folders: ImageFolders, settings: Settings) -> None:
        self._reach, self._folders = reach, folders
        self._seconds = settings.image_boot_test_seconds
        self._clone_seconds = settings.deadlines.clone

    async def run(self, order: ImageOrder) -> None:
        """Begins anew: the clone of an earlier attempt is removed first. Cancelled, it leaves its
        clone to whoever comes next: a retry, or the image's release.
        """
        rows, threads = self._reach.rows, self._reach.threads
        place = await threads.run(rows.place, order)
        tested = original(order, place)
        folder = await self._folders.ensure(order, place)
        await self._sweep(order, folder, tested)
        try:
            answer = await self._boot(order, place, folder, tested)
            _check(order, await threads.run(self._os, order), answer)
        except ProvisionerError:
            if await threads.run(rows.is_latest, order, BOOT_TEST):
                await self._sweep(order, folder, tested)
            raise
        await self._sweep(order, folder, tested)
        await threads.run(rows.note_report, order, _reported(order, answer))
        if order.spec.source == "import":
            await self._note_imported(order, tested)

    def _os(self, order: ImageOrder) -> str | None:
        """Of a build, what its self-check said, which is the definition's word."""
        if order.spec.source == "import":
            return order.spec.os
        return self._reach.rows.found(order).os

    async def _sweep(self, order: ImageOrder, folder: str, tested: Template) -> None:
        names = (boot_test_name(order.spec.name),)
        await self._folders.sweep(order, folder, names, [tested.moref])

    async def _boot(
        self, order: ImageOrder, place: ImagePlace, folder: str, tested: Template
    ) -> Answer:
        request = _request(order, place, folder, tested)
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            clone = partial(connection.vcenter.clone, request)
            async with within(self._clone_seconds, f"clone {tested.name}"):
                moref = await clone_known(clone)
            await connection.vcenter.power_on(moref)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(order, moref, request.instance_uuid)
        except TimeoutError:
            raise BootTestFailed(await self._silence(request.instance_uuid)) from None

    async def _answer(self, order: ImageOrder, moref: str, test: str) -> Answer:
        """Nobody asks vCenter before its watch has told of an address."""
        while True:
            if await self._reach.threads.run(self._reach.rows.addresses, test):
                answer = await self._said(order, moref)
                if answer and answer.test == test:
                    return answer
            await asyncio.sleep(_POLL_SECONDS)

    async def _said(self, order: ImageOrder, moref: str) -> Answer | None:
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            found = await connection.vcenter.guest_info([moref])
        return _read(found.get(moref, {}).get(ANSWER, ""))

    async def _silence(self, instance_uuid: str) -> str:
        within = f"within {self._seconds:.0f} s (PKE_IMAGE_BOOT_TEST_SECONDS)"
        if await self._reach.threads.run(self._reach.rows.addresses, instance_uuid):
            return (
                f"the image's clone got an address and said nothing readable {within}: does "
                "cloud-init read VMware's guestinfo, is there vmware-rpctool, and Python >= 3.9?"
            )
        return (
            f"the image's clone got no address {within}: does it boot, do VMware's tools run, "
            "and is there DHCP on the placement's first network?"
        )

    async def _note_imported(self, order: ImageOrder, tested: Template) -> None:
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            found = await connection.vcenter.look(tested.moref)
        if found is None or not found.datastores:
            raise TemplateLost(f"the template {tested.path} is gone; nothing is left to import")
        rows = self._reach.rows
        await self._reach.threads.run(rows.note_template, order, tested, found.datastores[0])


def _request(order: ImageOrder, place: ImagePlace, folder: str, tested: Template) -> CloneRequest:
    test, mac = new_uuid(), manual_mac()
    network = place.network
    guest = BootTest(node_name=_HOSTNAME, instance_id=test, nics=(NicConfig(mac=mac),))
    return CloneRequest(
        name=boot_test_name(order.spec.name),
        instance_uuid=test,
        template=tested.moref,
        folder=folder,
        pool=place.pool.moref,
        storage=place.storage.moref,
        storage_type="StoragePod" if place.storage.type == "StoragePod" else "Datastore",
        vcpu=_VCPU,
        memory_mib=_MEMORY_MIB,
        nics=(Nic(network=network.moref, network_type=network_type(network.type), mac=mac),),
        extra_config=extra_config(guest),
    )


def _read(text: str) -> Answer | None:
    """A guest may say anything."""
    try:
        return Answer.model_validate(json.loads(text)) if text else None
    except (ValueError, ValidationError):
        return None


def _check(order: ImageOrder, os: str | None, answer: Answer) -> None:
    """Raises BootTestFailed."""
    problems = list(answer.problems) if not answer.ok else []
    for what, wanted, found in (
        ("Kubernetes", order.spec.kubernetes_version, answer.kubernetes),
        ("the operating system", os, answer.os),
    ):
        if wanted and wanted != found:
            problems.append(f"{what} is {found or 'none'}, not {wanted}")
    if problems or not answer.ok:
        told = "; ".join(problems)[:_REASON_CHARACTERS] or "it does not say why"
        raise BootTestFailed(f"the image boots, but is not what it should be: {told}")


def _reported(order: ImageOrder, answer: Answer) -> dict[str, object]:
    told = answer.model_dump(mode="json", exclude={"test"})
    if order.spec.source != "import":
        return {"bootTest": told}
    return {**{key: told[key] for key in ("os", "kernel", "kubernetes")}, "bootTest": told}
