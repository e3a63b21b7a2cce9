"""A simulated vCenter for every test that wants one; import what is named here in a conftest."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from lab.vcenter.control import Control
from lab.vcenter.simulator import SimulatedVCenter, start
from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.vcenter import VCenter

RUNNING = pytest.StashKey[SimulatedVCenter]()


@pytest.fixture(scope="session")
def simulated_vcenter(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimulatedVCenter]:
    """Imported by several conftests it is several fixtures to pytest, which share one server."""
    if RUNNING in pytestconfig.stash:
        yield pytestconfig.stash[RUNNING]
        return
    server = pytestconfig.stash[RUNNING] = start(tmp_path_factory.mktemp("vcenter"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def vcenter_access(simulated_vcenter: SimulatedVCenter) -> VCenterAccess:
    return VCenterAccess(
        host=simulated_vcenter.host,
        port=simulated_vcenter.port,
        username=simulated_vcenter.username,
        password=SecretStr(simulated_vcenter.password),
        thumbprint=simulated_vcenter.thumbprint,
    )


@pytest.fixture
def control(simulated_vcenter: SimulatedVCenter) -> Iterator[Control]:
    """Breaks and counts; all is whole again after the test."""
    control = simulated_vcenter.control
    control.reset_requests()
    yield control
    control.clear_faults()
    control.clear_delays()


@pytest.fixture(scope="session")
def soap_threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as threads:
        yield threads


@pytest.fixture
async def vcenter(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor
) -> AsyncIterator[VCenter]:
    connected = VCenter(vcenter_access, soap_threads)
    yield connected
    await connected.close()
