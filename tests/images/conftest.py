"""One lab of real machines whose worker has the real Packer, for all tests here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.network.namespace import entered
from lab.packer.tools import packer
from lab.service import Service
from tests.images import definitions
from tests.images.world import Images
from tests.machines.running_lab import give_time, require_root, running_lab, say


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    give_time(items, Path(__file__).parent)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    require_root()
    tools = packer(say)
    folder = definitions.write(tmp_path_factory.mktemp("images") / "definitions")
    settings = {"IMAGE_DEFINITIONS": str(folder), "CONCURRENT_IMAGE_BUILDS": "5"}
    with (
        running_lab("tests-images", **settings) as world,
        entered(world.supervisor),
        Service(world.facts) as service,
    ):
        service.register(world.facts)
        with Images(world, service, tools) as images:
            yield images


@pytest.fixture
def images(running: Images) -> Images:
    """This thread is in the lab's network, from the first such test to the last."""
    return running
