"""Rules for every test of the project."""

from collections.abc import Iterable
from pathlib import Path

import pytest

UNIT_TESTS = Path(__file__).parent / "unit"
UNIT_TEST_SECONDS = 2


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """A unit test that needs longer than two seconds is not one; others have the default limit."""
    for item in items:
        if item.path.is_relative_to(UNIT_TESTS):
            item.add_marker(pytest.mark.timeout(UNIT_TEST_SECONDS))
