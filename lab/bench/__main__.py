"""Measures in one stack, one run: the floor first, then the product, then a quiet minute."""

import functools
import sys
import time
from pathlib import Path

from lab.bench.floor import Floor, Job
from lab.bench.histories import events
from lab.bench.report import Figures, show, write
from lab.bench.subject import Subject
from lab.ports import free_port
from lab.stack.options import StackOptions
from lab.stack.stack import Stack
from provisioner.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".lab" / "bench"
REPORT = ROOT / "build" / "bench.json"
VMS = 100
CLONE_MILLISECONDS = 200
QUIET_SECONDS = 60
LONG_POLL = "WaitForUpdatesEx"
say = functools.partial(print, flush=True)
DOCUMENT = {
    "name": "bench",
    "vcenter": "lab",
    "kubernetes": {"version": "1.35.0", "cni": "none"},
    "endpoint": {"vip": "127.77.9.10"},
    "placement": {
        "datacenter": "DC1",
        "resourcePool": "production",
        "datastore": "local-1",
        "networks": [{"name": "nodes"}],
    },
    "controlPlane": {"size": 1, "template": "debian-12-node"},
    "nodePools": [{"name": "pool", "size": 0, "template": "debian-12-node"}],
}


def main() -> int:
    metrics = f"127.0.0.1:{free_port()}"
    options = StackOptions(
        settings={"WORKER_METRICS_LISTEN": metrics, "AGENT_POLL_SECONDS": "0.5"},
        guests={"light": True},
        say=say,
    )
    with Stack(FOLDER, options) as stack:
        figures, details = measure(stack, Subject(stack.facts, metrics))
    show(figures, details)
    write(figures, REPORT)
    return 0


def measure(stack: Stack, subject: Subject) -> tuple[Figures, dict[str, object]]:
    vcenter = stack.servers.vcenter
    parallelism = Settings().concurrent_clones
    vcenter.control.delay({"CloneVM_Task": CLONE_MILLISECONDS})
    subject.register(stack.facts)
    say(f"a bare loop makes {VMS} VMs, {parallelism} at a time")
    floor = Floor(vcenter, Job(VMS, parallelism, stack.facts.api))
    floor_seconds = floor.seconds()
    floor.remove()
    say(f"the product makes a cluster, then a pool of {VMS}")
    cluster = subject.made(DOCUMENT)
    others = subject.node_ids(cluster)
    before, statements = subject.soap(), subject.statements()
    past_events = events(stack.facts.temporal, cluster, others)
    seconds = subject.seconds_to_grow(cluster, "pool", VMS)
    after, statements = subject.soap(), subject.statements() - statements
    workers = subject.node_ids(cluster)
    node_events = events(stack.facts.temporal, cluster, workers) - past_events
    say(f"nothing happens for {QUIET_SECONDS} s")
    quiet = _quiet(subject)
    created = _difference(before, after)
    return (
        Figures(
            soap_per_vm_created=round(sum(created.values()) / VMS, 2),
            soap_per_vm_at_rest=round(sum(quiet.values()) / VMS, 2),
            wall_ratio_100_vms=round(seconds / floor_seconds, 2),
            events_per_node=round(node_events / VMS, 1),
            sql_per_node=round(statements / VMS, 1),
        ),
        {
            "seconds": f"{seconds:.1f}, the bare loop {floor_seconds:.1f}, "
            f"deletion {subject.seconds_to_delete(cluster):.1f}",
            "SOAP requests for the pool": created,
            "SOAP requests at rest": quiet,
        },
    )


def _quiet(subject: Subject) -> dict[str, int]:
    """The clock is the measurement here: a minute in which nothing is asked for."""
    before = subject.soap()
    time.sleep(QUIET_SECONDS)
    found = _difference(before, subject.soap())
    # The one open long poll may have been answered and asked again.
    found[LONG_POLL] = max(0, found.get(LONG_POLL, 0) - 1)
    return {method: count for method, count in found.items() if count}


def _difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    changed = {method: after[method] - before.get(method, 0) for method in after}
    return {method: count for method, count in changed.items() if count}


if __name__ == "__main__":
    sys.exit(main())
