"""Documents that users wrote: YAML or JSON, from a file or standard input."""

import sys
from pathlib import Path
from typing import Any

import yaml

from api.cli.config import read_text
from api.cli.errors import Misused


def read_document(path: Path) -> dict[str, Any]:
    """Raises Misused; says the line when the text is not YAML."""
    text = sys.stdin.read() if str(path) == "-" else read_text(path)
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader
    except yaml.YAMLError as err:
        raise Misused(f"{_name(path)} is neither YAML nor JSON: {err}") from None
    if not isinstance(found, dict):
        raise Misused(f"{_name(path)} should hold one document with fields, such as 'name: demo'")
    return found


class _Loader(yaml.SafeLoader):
    """Leaves dates alone: JSON has none, and a version such as 2026-01-01 is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _name(path: Path) -> str:
    return "standard input" if str(path) == "-" else str(path)
