import asyncio
import functools
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from lab.temporal import TemporalOptions, ask, start_temporal
from lab.waiting import wait_until
from tests.own_network import enter_own_network


@workflow.defn(sandboxed=False)
class Nothing:
    @workflow.run
    async def run(self) -> None: ...


async def test_it_takes_up_its_state_again_after_a_power_cut(tmp_path: Path) -> None:
    server = start_temporal(tmp_path / "temporal", tmp_path / "logs")
    try:
        client = await Client.connect(server.address)
        handle = await client.start_workflow("Anything", id="kept", task_queue="nobody-listens")
        server.process.kill()
        server = start_temporal(
            tmp_path / "temporal", tmp_path / "logs", TemporalOptions(port=server.port)
        )
        assert (await handle.describe()).id == "kept"
    finally:
        server.stop()


async def test_it_tells_whether_a_process_polls(tmp_path: Path) -> None:
    server = start_temporal(tmp_path / "temporal", tmp_path / "logs")
    try:
        client = await Client.connect(server.address)
        assert not server.is_polled_by("queue", os.getpid())
        async with Worker(client, task_queue="queue", workflows=[Nothing]):
            polled = functools.partial(server.is_polled_by, "queue", os.getpid())
            assert await asyncio.to_thread(wait_until, polled, 10)
    finally:
        server.stop()


def test_it_is_asked_from_the_network_one_is_in(tmp_path: Path) -> None:
    async def healthy(client: Client) -> bool:
        return await client.service_client.check_health()

    server = start_temporal(tmp_path / "temporal", tmp_path / "logs")
    try:
        assert ask(server.address, healthy)
        with (
            ThreadPoolExecutor(1, initializer=enter_own_network) as elsewhere,
            pytest.raises(RuntimeError),
        ):
            elsewhere.submit(ask, server.address, healthy).result()
        assert ask(server.address, healthy)
    finally:
        server.stop()
