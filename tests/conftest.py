"""Rules for every test of the project."""

import gc
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from tests.lanes import Lanes
from tests.own_network import enter_own_network

TESTS = Path(__file__).parent
UNIT_TESTS = TESTS / "unit"
UNIT_TEST_SECONDS = 2
# Beside those of a kind (see lanes) the longest files are in these: begun last, one of them would
# keep the others waiting.
FIRST = ("tests/workflow/", "tests/lab/", "tests/cli/")

# More objects than there were before the collector of cycles looks at the youngest. With its usual
# 700 it takes a twentieth of the time.
YOUNGEST = 20_000


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(YOUNGEST)
    # Begun in the background, tests and what they start would inherit that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        enter_own_network()
        # With more, Temporal and the like need a tenth more time and are no quicker (measured).
        os.environ.setdefault("GOMAXPROCS", "1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """All that is imported stays: the collector of cycles need not look at it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A unit test that needs longer than two seconds is not one. Counted are the processor's:
    those on the clock depend on what else runs.
    """
    began = time.process_time()
    yield
    used = time.process_time() - began
    if item.path.is_relative_to(UNIT_TESTS) and used > UNIT_TEST_SECONDS:
        pytest.fail(f"took {used:.1f} s of the processor; unit tests have {UNIT_TEST_SECONDS}")
