"""A worker that keeps the workflows' contract, with verdicts that tests choose."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from lab.waiting import wait_until
from provisioner.store import inventory, vcenters
from provisioner.store.database import Database
from tests.api.inventory import batch
from workflows.contracts import VCENTER_VERIFY, VCENTER_WATCH, VerifyResult


@workflow.defn(name=VCENTER_VERIFY)
class Verify:
    @workflow.run
    async def run(self, vcenter: str) -> VerifyResult:
        return await workflow.execute_activity(
            Verdicts.verdict, vcenter, start_to_close_timeout=timedelta(seconds=10)
        )


@workflow.defn(name=VCENTER_WATCH)
class Watch:
    @workflow.run
    async def run(self, vcenter: str) -> None:
        await workflow.wait_condition(lambda: False)


@dataclass
class Verdicts:
    """`next` is the answer to the next question; what was on record when asked is kept."""

    database: Database
    instance_uuid: str = ""
    next: VerifyResult = field(default_factory=lambda: VerifyResult(accepted=True))
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    @activity.defn
    def verdict(self, vcenter: str) -> VerifyResult:
        with self.database.write() as session:
            row = vcenters.get(session, vcenter)
            self.asked.append((row.secret_path, row.thumbprint))
            if self.next.accepted:
                row.instance_uuid, row.version, row.state = self.instance_uuid, "8.0.3", "connected"
                inventory.apply(session, row, batch())
        return self.next


@contextmanager
def working(address: str, queue: str, verdicts: Verdicts) -> Iterator[None]:
    """In a thread with a loop of its own, until the end of the block."""
    ready, done = threading.Event(), threading.Event()

    async def work() -> None:
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        with ThreadPoolExecutor(4) as threads:
            async with Worker(
                client,
                task_queue=queue,
                workflows=[Verify, Watch],
                activities=[verdicts.verdict],
                activity_executor=threads,
                workflow_runner=UnsandboxedWorkflowRunner(),
            ):
                ready.set()
                while not done.is_set():
                    await asyncio.sleep(0.05)

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    try:
        assert wait_until(ready.is_set, 20)
        yield
    finally:
        done.set()
        thread.join(30)
