"""The profiles that the documentation shows, and the lab's own."""

import re
from pathlib import Path
from typing import Any

import yaml

_PROJECT = Path(__file__).parents[2]
PAGE = (_PROJECT / "docs" / "load-balancers.md").read_text()
_BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
_DOCUMENTS = [yaml.safe_load(block) for block in _BLOCKS]

PROFILES: dict[str, dict[str, Any]] = {
    body["name"]: body for body in _DOCUMENTS if "members" in body
}
# A cluster whose endpoint the first profile carries.
[CLUSTER] = [body for body in _DOCUMENTS if "endpoint" in body]
DEMO: dict[str, Any] = yaml.safe_load((_PROJECT / "lab" / "demo_load_balancer.yaml").read_text())
