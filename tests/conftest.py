"""Rules for every test of the project."""

import signal
from pathlib import Path

import pytest

from tests.own_network import enter_own_network

TESTS = Path(__file__).parent
UNIT_TESTS = TESTS / "unit"
UNIT_TEST_SECONDS = 2
# The longest files are in these: begun last, one of them would keep the others waiting.
FIRST = ("tests/e2e/", "tests/workflow/", "tests/lab/", "tests/cli/")


def pytest_configure(config: pytest.Config) -> None:
    # Begun in the background, tests and what they start would inherit that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        enter_own_network()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A unit test that needs longer than two seconds is not one; others have the default limit."""
    for item in items:
        if item.path.is_relative_to(UNIT_TESTS):
            item.add_marker(pytest.mark.timeout(UNIT_TEST_SECONDS))
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
