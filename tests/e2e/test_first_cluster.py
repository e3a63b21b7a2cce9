"""What `make lab-up` makes is finished wherever an earlier one was interrupted."""

import json
from pathlib import Path

from lab.kubeconfig import node_names
from lab.service import Service
from lab.stack.stack import Stack
from lab.story.first_cluster import NAME, ensure_cluster
from tests.e2e.documents import cluster


def test_what_was_begun_is_finished_and_then_left_alone(
    stack: Stack, service: Service, tmp_path: Path
) -> None:
    document, kubeconfig = tmp_path / "demo.yaml", tmp_path / "demo.kubeconfig"
    document.write_text(json.dumps(cluster(NAME, workers=0)))
    ensure_cluster(stack.facts, kubeconfig, document)
    assert len(node_names(kubeconfig)) == 1
    kubeconfig.unlink()
    ensure_cluster(stack.facts, kubeconfig, document)
    assert service.cluster(NAME)["generation"] == 1
    service.succeeded(service.delete(NAME))
    ensure_cluster(stack.facts, kubeconfig, document)
    assert NAME not in {one["name"] for one in service.ask("GET", "/clusters")["items"]}
