import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count

import pytest

from lab.vcenter.simulator import SimulatedVCenter
from provisioner.domain.ids import new_uuid
from provisioner.domain.marks import NODE, OWNER
from provisioner.domain.virtual_machines import CloneRequest, Nic
from provisioner.vsphere.vcenter import VCenter
from tests.fixtures_vcenter import (
    control,
    simulated_vcenter,
    soap_threads,
    vcenter,
    vcenter_access,
)
from tests.vsphere.behind import Behind
from tests.vsphere.seen import Seen

__all__ = ["control", "simulated_vcenter", "soap_threads", "vcenter", "vcenter_access"]

NewRequest = Callable[..., CloneRequest]
WatchTo = Callable[..., Seen]


@pytest.fixture
def behind(simulated_vcenter: SimulatedVCenter) -> Iterator[Behind]:
    opened = Behind(simulated_vcenter)
    yield opened
    opened.close()


@pytest.fixture
async def watch() -> AsyncIterator[WatchTo]:
    """Starts watches, which end with the test."""
    running: list[asyncio.Task[None]] = []

    def start(vcenter: VCenter, root_folder: str = "/DC1/vm/kubernetes") -> Seen:
        seen = Seen()
        seen.watching = asyncio.create_task(vcenter.watch(root_folder, seen.deliver))
        running.append(seen.watching)
        return seen

    yield start
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def nodes_network(behind: Behind) -> str:
    return behind.moref("/DC1/network/nodes")


@pytest.fixture
def new_request(behind: Behind, nodes_network: str, numbers: Iterator[int]) -> NewRequest:
    """Requests for VMs of different names; what is given replaces the usual."""
    usual = {
        "template": behind.moref("/DC1/vm/templates/debian-12-node"),
        "folder": behind.moref("/DC1/vm/kubernetes"),
        "pool": behind.moref("/DC1/host/compute-1/Resources/production"),
        "storage": behind.moref("/DC1/datastore/local-1"),
        "storage_type": "Datastore",
        "vcpu": 2,
        "memory_mib": 2048,
    }

    def make(**given: object) -> CloneRequest:
        number = next(numbers)
        mac = f"00:50:56:01:{number // 256:02x}:{number % 256:02x}"
        own = {
            "name": f"node-{number}",
            "instance_uuid": new_uuid(),
            "nics": (
                Nic(network=nodes_network, network_type="DistributedVirtualPortgroup", mac=mac),
            ),
            "extra_config": {OWNER: "test", NODE: f"node-{number}", "guestinfo.userdata": "eA=="},
        }
        return CloneRequest(**{**usual, **own, **given})

    return make
