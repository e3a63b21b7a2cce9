"""Records the histories that the replay test replays: `python -m tests.replay.record`.

Run it when a workflow was changed, and commit what it writes to `histories/`. Where a change needs
`workflow.patched`, keep the older history under another name: such runs may still be open.

It starts servers of its own and lives through a resource's life that has everything in it: a
creation that ends well, one in vain and one cancelled, removals, tasks, a watch, a verification.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

from temporalio.client import Client, WorkflowExecution, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter

from lab import openbao
from lab.temporal import start_temporal
from lab.vcenter import simulator
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from tests.replay.recording import Recording
from tests.workflow.opening import open_site
from tests.workflow.plain_document import OTHER_TEMPLATE
from tests.workflow.servers import Servers
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.contracts import watch_workflow

FOLDER = Path(__file__).with_name("histories")
SECONDS = 60


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with _site(Path(folder)) as site:
            async with site.worker():
                await _live(site)
            for name, recording in _chosen(await _recordings(site)).items():
                (FOLDER / f"{name}.json").write_text(recording.text)


@asynccontextmanager
async def _site(folder: Path) -> AsyncIterator[Site]:
    with ExitStack() as running:
        vcenter = simulator.start(folder)
        running.callback(vcenter.stop)
        temporal = start_temporal(folder / "temporal", folder)
        running.callback(temporal.stop)
        bao = openbao.start(folder / "openbao", folder)
        running.callback(bao.stop)
        client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
        servers = Servers(vcenter, temporal, bao)
        async with open_site(servers, client, _migrated(folder), folder) as site:
            yield site


def _migrated(folder: Path) -> Path:
    path = folder / "new" / "test.db"
    path.parent.mkdir()
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


async def _live(site: Site) -> None:
    control = site.servers.vcenter.control
    await site.begin()
    subject = Subject.create(site, pool1=1)
    await subject.becomes("RUNNING", SECONDS)
    control.inject("CloneVM_Task", "no-permission", name=OTHER_TEMPLATE)
    subject.scale(pool1=1, other=1)
    await subject.becomes("DEGRADED", SECONDS)
    control.delay({"CloneVM_Task": SECONDS * 1000})
    subject.scale(pool1=2)
    await subject.until(lambda: any(n.clone_task and not n.moref for n in subject.nodes()))
    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None, SECONDS)
    await site.poke_unsettled()
    await site.care()
    await site.gateway.end_watch(site.vcenter_id)
    with suppress(WorkflowFailureError):  # that it was cancelled
        await site.client.get_workflow_handle(watch_workflow(site.vcenter_id)).result()
    await subject.until_no_workflow_runs()


async def _recordings(site: Site) -> list[Recording]:
    query = f"TaskQueue='{site.queue}'"
    return [await _recording(site, flow) async for flow in site.client.list_workflows(query)]


async def _recording(site: Site, flow: WorkflowExecution) -> Recording:
    handle = site.client.get_workflow_handle(flow.id, run_id=flow.run_id)
    status = (await handle.describe()).status
    end = status.name.lower() if status else "unknown"
    return Recording.of(flow.workflow_type, end, await handle.fetch_history())


def _chosen(found: Iterable[Recording]) -> dict[str, Recording]:
    """Of each kind and end the shortest, and the longest where that is another one."""
    chosen: dict[str, Recording] = {}
    for one in sorted(found, key=lambda recording: recording.events):
        name = f"{one.kind}-{one.end}"
        if one.events > chosen.setdefault(name, one).events:
            chosen[f"{name}-longest"] = one
    return chosen


if __name__ == "__main__":
    asyncio.run(main())
