"""The profiles that the documentation shows are documents that work."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.edge.checking import Checker
from tests.edge.rendering import configured
from tests.net.machines import needs_root

PAGE = Path(__file__).parents[2] / "docs" / "load-balancers.md"
PROFILES = {
    body["name"]: body
    for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    for body in [yaml.safe_load(text)]
}


def test_there_is_one_for_each_use() -> None:
    assert list(PROFILES) == ["api-edge", "ingress", "horizon", "psc"]


@needs_root
@pytest.mark.parametrize("body", PROFILES.values(), ids=PROFILES)
def test_it_is_sound_and_runs(checker: Checker, body: dict[str, Any]) -> None:
    for configuration in configured(body).values():
        assert checker.objections(configuration) == {}
