"""Real servers for all tests of this folder, an installation of its own for each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from lab.openbao import OpenBao
from lab.temporal import TemporalOptions, TemporalServer, start_temporal
from lab.vcenter import simulator
from lab.vcenter.control import Control
from lab.vcenter.simulator import SimulatedVCenter
from tests.fixtures_database import migrated_file
from tests.fixtures_openbao import openbao
from tests.workflow.hands import Hands
from tests.workflow.opening import open_site
from tests.workflow.servers import Servers
from tests.workflow.site import Site

__all__ = ["migrated_file", "openbao"]

TIME_SKIPPING = {"frontend.WorkflowTimeSkippingEnabled": "true"}


@pytest.fixture(scope="package")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedVCenter]:
    server = simulator.start(tmp_path_factory.mktemp("vcenter"))
    yield server
    server.stop()


@pytest.fixture(scope="package")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    folder = tmp_path_factory.mktemp("temporal")
    server = start_temporal(folder, folder, TemporalOptions(dynamic_config=TIME_SKIPPING))
    yield server
    server.stop()


@pytest.fixture(scope="package")
def servers(vcenter: SimulatedVCenter, temporal: TemporalServer, openbao: OpenBao) -> Servers:
    return Servers(vcenter, temporal, openbao)


@pytest.fixture(scope="package")
async def client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
async def site(
    servers: Servers, client: Client, migrated_file: Path, tmp_path: Path
) -> AsyncIterator[Site]:
    """Without a worker."""
    async with open_site(servers, client, migrated_file, tmp_path) as opened:
        yield opened


@pytest.fixture
async def running(site: Site) -> AsyncIterator[Site]:
    """With a worker, its vCenter tried and watched."""
    async with site.worker():
        await site.begin()
        yield site


@pytest.fixture
def control(site: Site) -> Control:
    """The simulator's faults, delays and counters; reset with the site."""
    site.servers.vcenter.control.reset_requests()
    return site.servers.vcenter.control


@pytest.fixture
async def hands(site: Site) -> AsyncIterator[Hands]:
    composition = site.compose()
    yield Hands(site, composition)
    await composition.close()
