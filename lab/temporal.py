"""A Temporal server for one machine: the development server, keeping its state in a file."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError

from lab.ports import free_port
from lab.processes import Command, Process, start_ready

PROGRAM = Path(sys.executable).with_name("temporal")
HOST = "127.0.0.1"
NAMESPACE = "default"
READY_SECONDS = 30.0
ASK_SECONDS = 5.0

# A lab's history need not outlive a crash of the computer, and syncing every commit takes long.
# Nobody else opens the file, nor could: without locks for others a commit costs a tenth less.
SQLITE_PRAGMAS = ("--sqlite-pragma", "synchronous=OFF", "--sqlite-pragma", "locking_mode=EXCLUSIVE")
# A developer's own Temporal profile must not leak into the lab.
ISOLATED = ("--disable-config-file", "--disable-config-env")

T = TypeVar("T")


@dataclass(frozen=True)
class TemporalOptions:
    """`dynamic_config`: the server's tuning keys with JSON values."""

    port: int | None = None
    dynamic_config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TemporalServer:
    port: int
    process: Process

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def is_polled_by(self, task_queue: str, pid: int) -> bool:
        """Whether the worker in that process takes tasks. Workers name themselves PID@HOST."""
        pollers = _answer(self.port, lambda client: _pollers(client, task_queue))
        return any(name.startswith(f"{pid}@") for name in pollers or ())

    def stop(self) -> None:
        self.process.end()


def start_temporal(
    folder: Path, logs: Path, options: TemporalOptions = TemporalOptions()
) -> TemporalServer:
    """Returns when the namespace `default` answers. State in `folder` is taken up again.

    Raises NotReady.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = options.port or free_port()
    command = _command(folder, port, options)
    process = start_ready(command, logs, lambda: _answers(port), READY_SECONDS)
    return TemporalServer(port, process)


def _command(folder: Path, port: int, options: TemporalOptions) -> Command:
    tuning = (
        f"--dynamic-config-value={key}={value}" for key, value in options.dynamic_config.items()
    )
    state = ("--db-filename", str(folder / "temporal.db"), *SQLITE_PRAGMAS)
    listen = ("--headless", "--ip", HOST, "--port", str(port), "--log-level", "warn")
    argv = (str(PROGRAM), "server", "start-dev", *listen, *state, *tuning, *ISOLATED)
    return Command("temporal", argv)


def ask(address: str, question: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
    """Asks from the network that this thread is in, where an event loop may run as well.

    A runtime's threads stay in the network in which it was made, so there is one for each question.
    Raises RPCError, RuntimeError when nobody is there, and TimeoutError.
    """

    async def asked() -> T:
        runtime = Runtime(telemetry=TelemetryConfig())
        async with asyncio.timeout(ASK_SECONDS):
            return await question(await Client.connect(address, runtime=runtime))

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked()).result()


def _answers(port: int) -> bool:
    return _answer(port, _knows_namespace) is not None


def _answer(port: int, question: Callable[[Client], Coroutine[Any, Any, T]]) -> T | None:
    try:
        return ask(f"{HOST}:{port}", question)
    except (RPCError, RuntimeError, TimeoutError):
        return None


async def _knows_namespace(client: Client) -> bool:
    request = DescribeNamespaceRequest(namespace=NAMESPACE)
    await client.workflow_service.describe_namespace(request)
    return True


async def _pollers(client: Client, task_queue: str) -> list[str]:
    request = DescribeTaskQueueRequest(
        namespace=NAMESPACE,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    return [poller.identity for poller in answer.pollers]
