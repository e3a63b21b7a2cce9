"""How much of Temporal's histories a cluster and its nodes take."""

import asyncio

from temporalio.client import Client, WorkflowExecution


def events(temporal: str, cluster: str, nodes: list[str]) -> int:
    """Events of all runs of the cluster's workflow, its tasks' and the given nodes'."""
    return asyncio.run(_events(temporal, cluster, nodes))


async def _events(temporal: str, cluster: str, nodes: list[str]) -> int:
    client = await Client.connect(temporal)
    wanted = tuple(f"node/{node}" for node in nodes)
    found = 0
    async for run in client.list_workflows():
        if run.id.startswith((f"cluster/{cluster}", *wanted)):
            found += await _length(client, run)
    return found


async def _length(client: Client, run: WorkflowExecution) -> int:
    handle = client.get_workflow_handle(run.id, run_id=run.run_id)
    return (await handle.describe()).history_length
