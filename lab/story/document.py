"""The story's cluster, and smaller ones like it."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("cluster.yaml")


def cluster_document(name: str, *, masters: int, workers: int) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text())
    document["name"] = name
    document["controlPlane"]["size"] = masters
    document["nodePools"][0]["size"] = workers
    return document
