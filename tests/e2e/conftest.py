"""One whole stack for all end-to-end tests: nothing in it is faked but vCenter and the guests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.service import Service
from lab.stack.options import StackOptions
from lab.stack.stack import Stack
from tests.e2e.guests import Guests

# Guests answer within a second or never: what would be ten minutes is a few seconds here.
DEADLINES = {"ADDRESS": 8, "BOOT": 15, "BOOTSTRAP": 25, "ADMISSION": 15}


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {f"DEADLINES__{name}": str(seconds) for name, seconds in DEADLINES.items()}
    settings["REPLACEMENT__OFF"] = "3"
    settings["CARE_ROUND_SECONDS"] = "5"
    folder: Path = tmp_path_factory.mktemp("stack")
    with Stack(folder, StackOptions(settings=settings)) as running:
        with Service(running.facts) as service:
            service.register(running.facts)
        yield running


@pytest.fixture
def service(stack: Stack) -> Iterator[Service]:
    with Service(stack.facts) as service:
        yield service


@pytest.fixture
def guests(stack: Stack) -> Iterator[Guests]:
    told = Guests(stack.guests_url)
    yield told
    told.behave()
