"""Rules for every test of the project."""

from collections.abc import Iterable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
UNIT_TESTS = TESTS / "unit"
UNIT_TEST_SECONDS = 2
# Their guests share the loopback addresses that clusters have there.
ON_SHARED_ADDRESSES = [TESTS / name for name in ("e2e", "lab", "node")]


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """A unit test that needs longer than two seconds is not one; others have the default limit.

    Of tests that run at the same time, those of one file stay in one process, with its fixtures.
    """
    for item in items:
        if item.path.is_relative_to(UNIT_TESTS):
            item.add_marker(pytest.mark.timeout(UNIT_TEST_SECONDS))
        item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _group(file: Path) -> str:
    shared = any(file.is_relative_to(folder) for folder in ON_SHARED_ADDRESSES)
    return "shared-addresses" if shared else str(file.relative_to(TESTS))
