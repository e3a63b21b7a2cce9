"""Pokes: gathered, sent after the commit, never in the way of a request."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Worker

from api.gateway import Gateway, NoAnswer
from api.services import Services, assemble
from lab.ports import free_port
from lab.temporal import TemporalServer
from provisioner.domain.ids import new_uuid
from tests.api.asking import accepted, create
from tests.api.served import Api, served
from workflows.contracts import admission_workflow, resource_workflow

SIGNALLED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
# Nobody works here: histories hold what was sent, and nothing else.
QUEUE = "nobody"
QUEUE_OF_ONE = "somebody"


@pytest.fixture
async def client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
async def gateway(temporal: TemporalServer) -> AsyncIterator[Gateway]:
    opened = Gateway(temporal.address, "default", QUEUE)
    await opened.start()
    yield opened
    await opened.stop()


async def signals(handle: WorkflowHandle) -> int:
    """How often it was signalled; 0 when it does not exist."""
    try:
        history = await handle.fetch_history()
    except RPCError:
        return 0
    return sum(event.event_type == SIGNALLED for event in history.events)


async def until_signalled(handle: WorkflowHandle, count: int) -> int:
    deadline = time.monotonic() + 20
    while (found := await signals(handle)) < count and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return found


async def test_pokes_that_come_together_are_one(client: Client, gateway: Gateway) -> None:
    resource = new_uuid()
    handle = client.get_workflow_handle(resource_workflow("cluster", resource))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: gateway.poke("cluster", resource), range(50)))
    assert await until_signalled(handle, 1) == 1
    described = await handle.describe()
    assert (described.workflow_type, described.task_queue) == ("resource", QUEUE)
    gateway.poke("cluster", resource)
    assert await until_signalled(handle, 2) == 2


@activity.defn
async def nothing() -> None: ...


async def test_whether_a_worker_asks_for_work(client: Client, gateway: Gateway) -> None:
    assert not await gateway.has_worker()
    async with Worker(client, task_queue=QUEUE_OF_ONE, activities=[nothing]), asyncio.timeout(20):
        worked = Gateway(client.service_client.config.target_host, "default", QUEUE_OF_ONE)
        await worked.start()
        while not await worked.has_worker():
            await asyncio.sleep(0.05)
        await worked.stop()


async def test_an_admission_is_started_once_and_then_poked(
    client: Client, gateway: Gateway
) -> None:
    cluster = new_uuid()
    handle = client.get_workflow_handle(admission_workflow("cluster", cluster))
    gateway.poke_admission("cluster", cluster)
    assert await until_signalled(handle, 1) == 1
    first = (await handle.describe()).run_id
    gateway.poke_admission("cluster", cluster)
    assert await until_signalled(handle, 2) == 2
    assert (await handle.describe()).run_id == first


async def test_what_waits_is_sent_at_the_end(client: Client, temporal: TemporalServer) -> None:
    gateway = Gateway(temporal.address, "default", QUEUE)
    await gateway.start()
    resource = new_uuid()
    gateway.poke("cluster", resource)
    await asyncio.sleep(0)
    await gateway.stop()
    assert await signals(client.get_workflow_handle(resource_workflow("cluster", resource))) == 1


async def test_watches_run_once_and_end(client: Client, gateway: Gateway) -> None:
    vcenter = new_uuid()
    await gateway.ensure_watch(vcenter)
    await gateway.ensure_watch(vcenter)
    handle = client.get_workflow_handle(f"vcenter-watch/{vcenter}")
    assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    await gateway.end_watch(vcenter)
    history = await handle.fetch_history()
    requested = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
    assert [one.event_type for one in history.events].count(requested) == 1
    await gateway.end_watch(new_uuid())


async def test_nobody_verifies(temporal: TemporalServer) -> None:
    gateway = Gateway(temporal.address, "default", QUEUE, verify_seconds=0.5)
    await gateway.start()
    with pytest.raises(NoAnswer, match="worker"):
        await gateway.verify_vcenter(new_uuid())


async def test_healthy(gateway: Gateway) -> None:
    assert await gateway.healthy()


@pytest.fixture
def cut_off(services: Services) -> Iterator[Api]:
    """An API whose Temporal is not there."""
    gateway = Gateway(f"127.0.0.1:{free_port()}", "default", QUEUE, verify_seconds=2)
    own = assemble(services.settings, services.database, services.vault, gateway)
    with served(own) as url:
        part = Api(url, services)
        part.add_vcenter()
        yield part
        part.close()


def test_requests_do_without_temporal(cut_off: Api, caplog: pytest.LogCaptureFixture) -> None:
    operator = cut_off.client("operator")
    begun = time.monotonic()
    found = create(operator)
    accepted(operator.patch("/clusters/c1/nodepools/pool1", json={"size": 3}))
    assert time.monotonic() - begun < 5
    ready = operator.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["worker"] == "missing"
    assert ready.json()["checks"] == {
        "database": "ok",
        "vault": "ok",
        "temporal": "unavailable",
    }
    body = {
        "name": "v",
        "host": "h",
        "username": "u",
        "password": "p",
        "thumbprint": "AB" * 32,
        "rootFolder": "/DC1/vm/kubernetes",
    }
    assert cut_off.client().post("/vcenters", json=body).status_code == 504
    assert f"poke of cluster/{found['id']} was lost" in caplog.text


async def test_the_commit_comes_first(api: Api, operator: httpx.Client, client: Client) -> None:
    found = create(operator)
    handle = client.get_workflow_handle(resource_workflow("cluster", found["id"]))
    assert await until_signalled(handle, 1) == 1
