"""Rules for every test of the project."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
UNIT_TESTS = TESTS / "unit"
UNIT_TEST_SECONDS = 2
# Their guests share the loopback addresses that clusters have there.
ON_SHARED_ADDRESSES = ("tests/e2e/", "tests/lab/", "tests/node/")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """A unit test that needs longer than two seconds is not one; others have the default limit."""
    for item in items:
        if item.path.is_relative_to(UNIT_TESTS):
            item.add_marker(pytest.mark.timeout(UNIT_TEST_SECONDS))


class SideBySide(LoadScopeScheduling):
    """Tests of one file stay in one process, and so do those that would be in each other's way."""

    def _split_scope(self, nodeid: str) -> str:
        shared = nodeid.startswith(ON_SHARED_ADDRESSES)
        return "shared addresses" if shared else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SideBySide:
    return SideBySide(config, log)
