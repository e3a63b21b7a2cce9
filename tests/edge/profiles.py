"""The profiles that the documentation shows."""

import re
from pathlib import Path
from typing import Any

import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "load-balancers.md").read_text()
_BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
_DOCUMENTS = [yaml.safe_load(block) for block in _BLOCKS]

PROFILES: dict[str, dict[str, Any]] = {
    body["name"]: body for body in _DOCUMENTS if "members" in body
}
# A cluster whose endpoint the first profile carries.
[CLUSTER] = [body for body in _DOCUMENTS if "endpoint" in body]
