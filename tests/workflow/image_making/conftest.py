"""A worker with a Packer that does as it is told, and guests for what it has built."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from lab.guests.control import GuestsControl
from tests.workflow.image_guests import guests_of
from tests.workflow.images import ScriptedPacker, install_packer
from tests.workflow.servers import Servers
from tests.workflow.site import Site


@pytest.fixture(scope="module")
def guests(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestsControl]:
    with guests_of(servers.vcenter, tmp_path_factory.mktemp("guests")) as control:
        yield control


@pytest.fixture
def packer(site: Site, guests: GuestsControl, tmp_path: Path) -> ScriptedPacker:
    return install_packer(site, tmp_path / "packer", image_boot_test_seconds=30)


@pytest.fixture
async def running(packer: ScriptedPacker) -> AsyncIterator[Site]:
    async with packer.site.worker():
        await packer.site.begin()
        yield packer.site
