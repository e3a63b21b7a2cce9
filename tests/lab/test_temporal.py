from pathlib import Path

import pytest
from temporalio.client import Client

from lab.temporal import TemporalOptions, start_temporal


@pytest.mark.asyncio
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
