"""What several tests of image scripts need."""

import os
from pathlib import Path

import pytest

from tests.packer.copy_of_root import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    if os.geteuid():
        pytest.skip("a copy of the root takes root: run the tests as root to have these, too")
    return Copy(tmp_path)
