"""The cluster that `make lab-up` leaves running: made, or finished where an earlier one stopped."""

import os
from pathlib import Path

from lab.pkectl import Pkectl
from lab.service import Service
from lab.stack.facts import StackFacts
from lab.story.document import FILE
from lab.story.introduction import register

NAME = "demo"


def ensure_cluster(facts: StackFacts, kubeconfig: Path, document: Path = FILE) -> None:
    """Done once the kubeconfig is there: what happens to the cluster then is its user's business.

    Raises CommandFailed and ServiceFailed.
    """
    if kubeconfig.exists():
        return
    pkectl = Pkectl(facts)
    with Service(facts) as service:
        vcenters, clusters = _names(service, "/vcenters"), _names(service, "/clusters")
    if facts.vcenter.name not in vcenters:
        register(pkectl, facts.vcenter)
    if NAME in clusters:
        pkectl.run("cluster", "watch", NAME)
    else:
        pkectl.run("cluster", "create", "-f", os.path.relpath(document), "--wait")
    pkectl.run("cluster", "kubeconfig", NAME, "-o", str(kubeconfig))


def _names(service: Service, collection: str) -> set[str]:
    return {one["name"] for one in service.ask("GET", collection)["items"]}
