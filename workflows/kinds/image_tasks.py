"""The tasks of node images, see domain/images.py."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from provisioner.domain import images
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.image_places import PlaceMissing
from provisioner.settings import Settings
from workflows.kinds.image_boot_tests import ImageBootTests
from workflows.kinds.image_builds import ImageBuilds
from workflows.kinds.image_errors import NotItsTurn, TemplateLost
from workflows.kinds.image_folders import ImageFolders
from workflows.kinds.image_reach import Reach
from workflows.kinds.image_rows import ImageOrder
from workflows.kinds.image_templates import ImageTemplates
from workflows.kinds.image_turns import ImageTurns


class ImageTasks:
    """Implements TaskRunner."""

    def __init__(self, reach: Reach, turns: ImageTurns, settings: Settings) -> None:
        self._reach = reach
        clone_seconds = settings.deadlines.clone
        self._seconds = {
            images.BUILD: settings.image_build_seconds,
            images.BOOT_TEST: settings.image_boot_test_seconds,
            images.COPY: clone_seconds,
        }
        self._folders = ImageFolders(
            reach.rows, reach.connections, reach.threads, patience=clone_seconds
        )
        self._turns = turns
        builds = ImageBuilds(reach, self._folders, settings)
        tests = ImageBootTests(reach, self._folders, settings)
        templates = ImageTemplates(reach, self._folders, clone_seconds)
        self._tasks: dict[str, Callable[[ImageOrder], Awaitable[None]]] = {
            images.BUILD: builds.run,
            images.BOOT_TEST: tests.run,
            images.MARK: templates.mark,
            images.COPY: templates.copy,
            images.REGISTER: self._register,
            images.RELEASE: self._release,
        }

    async def run(self, resource_id: str, task: str) -> None:
        order = await self._reach.threads.run(self._reach.rows.order, resource_id)
        try:
            await self._turns.run(order, task, partial(self._run, order, task))
        except NotItsTurn as err:
            if err.is_news:
                await self._reach.tell(order, task, str(err))
            raise

    async def _run(self, order: ImageOrder, task: str) -> None:
        await self._reach.log(order, f"{task} begins")
        try:
            await self._tasks[task](order)
        except ProvisionerError as err:
            if not err.expected:
                await self._reach.log(order, f"{task} failed: {err}")
            raise
        await self._reach.log(order, f"{task} is done")

    def seconds(self, resource_id: str, task: str) -> float:
        return self._seconds.get(task, 0) + self._turns.waited(resource_id, task)

    async def _register(self, order: ImageOrder) -> None:
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            for template in order.templates:
                if await connection.vcenter.look(template.moref) is None:
                    raise TemplateLost(f"the template {template.path} is gone from vCenter")
        for workflow in await self._reach.threads.run(self._reach.rows.register, order):
            self._reach.poker.poke(workflow)

    async def _release(self, order: ImageOrder) -> None:
        """Templates made elsewhere stay."""
        sources = [one.moref for one in order.templates]
        if source := await self._reach.threads.run(self._reach.rows.source, order):
            sources.append(source)
        await self._folders.remove(order, sources)
        with suppress(PlaceMissing):  # with all that was there
            place = await self._reach.threads.run(self._reach.rows.place, order)
            await self._folders.remove_iso(order, place)
        await self._reach.threads.run(self._reach.rows.forget_templates, order)
