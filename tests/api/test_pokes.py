"""Which requests wake which workflow; all others leave Temporal alone."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from lab.temporal import TemporalServer
from provisioner.store.tables import Node
from tests.api.asking import POOL, create
from tests.api.looking import look, of_group
from tests.api.served import Api
from tests.api.visiting import Visit
from workflows.contracts import admission_workflow, resource_workflow

SIGNALLED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
SECONDS = 90


@pytest.fixture
async def client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator)


@pytest.fixture
def rows(api: Api, cluster: dict[str, Any]) -> list[Node]:
    return look(api, cluster)


async def signals(client: Client, workflow: str) -> int:
    try:
        history = await client.get_workflow_handle(workflow).fetch_history()
    except RPCError:
        return 0
    return sum(event.event_type == SIGNALLED for event in history.events)


async def woken(client: Client, workflow: str, act: Callable[[], object]) -> bool:
    """Whether `act` brings the workflow one more signal."""
    before = await signals(client, workflow)
    act()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if await signals(client, workflow) > before:
            return True
    return False


async def test_changes(client: Client, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    workflow = resource_workflow("cluster", cluster["id"])
    pool = {"name": "p", "template": "debian-12-node"}
    for act in (
        lambda: operator.patch("/clusters/c1", json={"sshKeys": []}),
        lambda: operator.post("/clusters/c1/nodepools", json=pool),
        lambda: operator.patch("/clusters/c1/nodepools/p", json={"size": 0}),
        lambda: operator.delete("/clusters/c1/nodepools/p"),
        lambda: operator.post("/clusters/c1/retry"),
        lambda: operator.delete("/clusters/c1"),
    ):
        assert await woken(client, workflow, act)


async def test_reports_that_matter(
    api: Api, client: Client, cluster: dict[str, Any], rows: list[Node]
) -> None:
    workflow = resource_workflow("cluster", cluster["id"])
    [master, *_] = of_group(rows, "control-plane")
    worker, other = (Visit(api, node) for node in of_group(rows, "pool1"))
    for act in (
        lambda: Visit(api, master).claim(),
        lambda: worker.get("bootstrap"),
        lambda: other.status("worker", "failed", final=True),
    ):
        assert await woken(client, workflow, act)


async def test_ready(api: Api, client: Client, cluster: dict[str, Any], rows: list[Node]) -> None:
    node = of_group(rows, "pool1")[0]
    workflow = admission_workflow("cluster", cluster["id"])
    assert await woken(client, workflow, lambda: Visit(api, node).ready())


async def test_the_rest_is_quiet(
    api: Api, client: Client, operator: httpx.Client, cluster: dict[str, Any], rows: list[Node]
) -> None:
    """What was asked before is on its way before the last, which is waited for.

    The creation's own hint may still be under way, beside those of joining and of deleting.
    """
    workflow = resource_workflow("cluster", cluster["id"])
    assert await woken(client, workflow, lambda: operator.post("/clusters/c1/retry"))
    before = await signals(client, workflow)
    visit = Visit(api, of_group(rows, "pool1")[0])
    visit.get("bootstrap")
    _what_changes_nothing(visit, operator)
    assert await woken(client, workflow, lambda: operator.delete("/clusters/c1"))
    assert await signals(client, workflow) <= before + 3


def _what_changes_nothing(visit: Visit, operator: httpx.Client) -> None:
    for _ in range(5):
        visit.status()
        visit.get("bootstrap")
        visit.get("pke/ready")
        operator.get("/clusters/c1")
        operator.post("/clusters/c1/nodepools?dryRun=true", json=POOL)
        operator.patch("/clusters/c1/nodepools/pool1?dryRun=true", json={"size": 9})
