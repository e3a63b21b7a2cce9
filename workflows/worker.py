"""The worker process: runs all workflows and activities until it is told to stop."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from provisioner.configured_files import Misconfigured
from provisioner.domain.errors import ProvisionerError
from provisioner.opening.database import open_database
from provisioner.opening.vault import open_vault
from provisioner.settings import Settings
from provisioner.vault.errors import VaultUnavailable
from provisioner.vault.vault import Vault
from workflows.admission import AdmitNodes
from workflows.care import CareRound
from workflows.composition import Composition, compose
from workflows.metrics import serve_metrics
from workflows.node import CreateNode, RemoveNode
from workflows.patience import Patience, patiently
from workflows.resource import ResourceWorkflow
from workflows.schedules import ensure_schedules, schedules
from workflows.task import ResourceTask
from workflows.unsettled import PokeUnsettled
from workflows.vcenter import VerifyVCenter, WatchVCenter

WORKFLOWS = (
    ResourceWorkflow,
    CreateNode,
    RemoveNode,
    AdmitNodes,
    ResourceTask,
    VerifyVCenter,
    WatchVCenter,
    PokeUnsettled,
    CareRound,
)
_ACTIVITIES_AT_ONCE = 500
_log = logging.getLogger(__name__)


class TemporalUnreachable(ProvisionerError):
    """Nothing answers at its address, or not yet."""

    transient = True


def main(settings: Settings, patience: Patience | None = None) -> None:
    """Blocks until SIGTERM or SIGINT; work in progress then gets a few seconds to end.

    Raises ProvisionerError when Temporal or Vault do not answer within the `patience`.
    """
    asyncio.run(_run(settings, patience or Patience()))


async def _run(settings: Settings, patience: Patience) -> None:
    database, vault = open_database(settings), open_vault(settings)
    composition = compose(settings, database, vault)
    try:
        serve_metrics(settings.worker_metrics_listen, composition)
        await patiently(lambda: asyncio.to_thread(_ask, vault, settings), patience)
        client = await patiently(lambda: connect(settings), patience)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with working(client, settings.task_queue, composition):
            await ensure_schedules(client, settings.task_queue, schedules(settings))
            _log.info("worker runs on task queue %s", settings.task_queue)
            await stop.wait()
    finally:
        await composition.close()


async def connect(settings: Settings) -> Client:
    """Raises TemporalUnreachable and Misconfigured."""
    namespace = settings.temporal_namespace
    try:
        client = await Client.connect(
            settings.temporal_address, namespace=namespace, data_converter=pydantic_data_converter
        )
        request = DescribeNamespaceRequest(namespace=namespace)
        await client.workflow_service.describe_namespace(request)
    except ValueError as err:
        raise Misconfigured(f"PKE_TEMPORAL_ADDRESS: {err}") from err
    except RuntimeError as err:
        raise _unreachable(settings) from err
    except RPCError as err:
        if err.status is RPCStatusCode.NOT_FOUND:
            raise Misconfigured(f"PKE_TEMPORAL_NAMESPACE: there is no {namespace!r}") from err
        raise _unreachable(settings) from err
    return client


def _ask(vault: Vault, settings: Settings) -> None:
    try:
        vault.node_token_keys()
    except VaultUnavailable as err:
        raise VaultUnavailable(f"PKE_VAULT_URL: {settings.vault_url}: {err}") from err


def _unreachable(settings: Settings) -> TemporalUnreachable:
    return TemporalUnreachable(
        f"PKE_TEMPORAL_ADDRESS: no Temporal answers at {settings.temporal_address}"
    )


@dataclass(frozen=True)
class Running:
    """How a worker runs: `grace` for activities under way when it stops, the `patience` with which
    it is waited for then, and the runner.

    Tests run workflows in the sandbox, which finds what would not replay. Here it would import
    every workflow file anew for every run, a third of the worker's CPU (measured at 100 nodes).
    """

    grace: timedelta = timedelta(seconds=5)
    patience: timedelta = timedelta(seconds=60)
    runner: WorkflowRunner = field(default_factory=UnsandboxedWorkflowRunner)


@asynccontextmanager
async def working(
    client: Client, task_queue: str, composition: Composition, running: Running | None = None
) -> AsyncIterator[None]:
    """In here a worker takes tasks. It has stopped afterwards, as far as Temporal's SDK tells.

    Of 100 workers of SDK 1.35 the core of one or two never says so, when all of their work has
    ended (measured): these are left to the event loop's end.
    """
    running = running or Running()
    worker = _worker(client, task_queue, composition, running)
    await worker.__aenter__()
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(running.patience.total_seconds()):
                await worker.__aexit__(*sys.exc_info())
        except TimeoutError:
            _log.warning("it is not known whether the worker has stopped; it is left as it is")


def _worker(client: Client, task_queue: str, composition: Composition, running: Running) -> Worker:
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=composition.activities,
        max_concurrent_activities=_ACTIVITIES_AT_ONCE,
        workflow_runner=running.runner,
        # A cancellation arrives with the answer to a heartbeat: deletes should not wait for it.
        max_heartbeat_throttle_interval=timedelta(seconds=1),
        # After a worker died, its workflows move to another one soon.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=running.grace,
    )
