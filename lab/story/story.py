"""What `make lab` shows, step by step."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.guests.control import GuestsControl
from lab.guests.machines.remains import remains
from lab.hands import destroy
from lab.leftovers import leftovers
from lab.pkectl import Pkectl
from lab.service import Service
from lab.stack.guests import lab_name
from lab.stack.layout import Layout
from lab.stack.stack import Stack
from lab.story.answering import api_answers, http_answers
from lab.story.document import FILE, cluster_document
from lab.story.introduction import register
from lab.story.kubectl import Kubectl, KubectlFailed
from lab.story.outage import Outage
from lab.waiting import wait_until

NAME, POOL = "demo", "workers"
DEMO = Path(__file__).with_name("demo.yaml")
VIP = cluster_document(NAME, masters=3, workers=2)["endpoint"]["vip"]
# The slowest laptop; what takes longer has failed.
REPLACEMENT_SECONDS, PODS_SECONDS, ANSWER_SECONDS = 300, 180, 120
MASTERS = "node-role.kubernetes.io/control-plane"


class StoryFailed(Exception):
    """Something is not as the story promised."""


class Story:
    def __init__(self, stack: Stack, layout: Layout, binaries: Path) -> None:
        self._stack = stack
        self._layout = layout
        self._began = time.monotonic()
        self._pkectl = Pkectl(stack.facts)
        self._kubeconfig = layout.data / "demo.kubeconfig"
        self._kubectl = Kubectl(binaries / "kubectl", self._kubeconfig)

    def run(self) -> None:
        self._create()
        self._use()
        self._kill_a_master()
        self._scale()
        self._delete()

    def _create(self) -> None:
        self._heading("Three masters, two workers")
        register(self._pkectl, self._stack.facts.vcenter)
        self._pkectl.run("cluster", "create", "-f", os.path.relpath(FILE), "--wait")
        self._pkectl.run("cluster", "kubeconfig", NAME, "-o", os.path.relpath(self._kubeconfig))
        self._kubectl.show("get", "nodes", "-o", "wide")
        self._await(self._all_pods_run, PODS_SECONDS, "not every pod runs")
        self._kubectl.show("get", "pods", "-A", "-o", "wide")

    def _use(self) -> None:
        self._heading("A Service of type LoadBalancer, asked from outside the nodes")
        self._kubectl.apply(DEMO)
        self._await(lambda: self._available() == 3, PODS_SECONDS, "the demo does not run")
        address = self._service_address()
        self._await(
            lambda: http_answers(address, "/health"), ANSWER_SECONDS, f"{address} does not answer"
        )
        self._kubectl.show("get", "service,pods", "-o", "wide")
        _say(f"\nhttp://{address}/health answers")

    def _kill_a_master(self) -> None:
        holder = self._holder()
        self._heading(f"{holder}, which holds {VIP}, is destroyed in vCenter")
        with Outage(api_answers(self._kubeconfig)) as outage:
            destroy(self._stack.servers.vcenter, holder)
            self._await(lambda: outage.over, ANSWER_SECONDS, "the API does not answer again")
            away = f"it was away for {outage.longest_seconds:.2f} s"
            _say(f"the API answers again, at {self._holder_soon()}: {away}")
            self._await(
                lambda: self._is_replaced(holder), REPLACEMENT_SECONDS, "no master took its place"
            )
        _say(f"a new master has joined; the longest silence was {outage.longest_seconds:.2f} s")
        self._kubectl.show("get", "nodes", "-o", "wide")

    def _scale(self) -> None:
        self._heading("Workers 2 -> 3 -> 1, with a PodDisruptionBudget of two pods of three")
        self._pkectl.run("cluster", "scale", NAME, POOL, "3", "--wait")
        self._kubectl.show("get", "poddisruptionbudget")
        with _Lowest(self._available) as lowest:
            self._pkectl.run("cluster", "scale", NAME, POOL, "1", "--wait")
        if lowest.value < 2:
            raise StoryFailed(f"only {lowest.value} pods were available while nodes were drained")
        _say(f"\nnever fewer than {lowest.value} pods were available")
        self._kubectl.show("get", "nodes,pods", "-o", "wide")

    def _delete(self) -> None:
        self._heading("Delete it")
        self._pkectl.run("cluster", "delete", NAME, "--yes", "--wait")
        left = leftovers(self._stack) + self._remains()
        if left:
            raise StoryFailed("the deleted cluster left behind: " + ", ".join(left))
        _say("no VM, lease, Vault mount, secret or open workflow is left;")
        _say("no process, control group, mount, network namespace or folder of its machines either")

    def _remains(self) -> list[str]:
        lab, disks = lab_name(self._layout), self._layout.disks
        found: list[str] = []

        def is_clean() -> bool:
            found[:] = remains(lab, disks, os.getpid())
            return not found

        wait_until(is_clean, ANSWER_SECONDS)
        return found

    def _holder(self) -> str:
        """Which machine has the floating address, as its VMware Tools report it."""
        guests = GuestsControl(self._stack.facts.guests).guests()
        return next((one["name"] for one in guests if VIP in one["addresses"].split()), "")

    def _holder_soon(self) -> str:
        wait_until(lambda: bool(self._holder()), ANSWER_SECONDS)
        return self._holder()

    def _is_replaced(self, lost: str) -> bool:
        with Service(self._stack.facts) as service:
            settled = service.cluster(NAME)["status"] == "RUNNING"
        nodes = self._kubectl.get("nodes", "--selector", MASTERS)["items"]
        names = [node["metadata"]["name"] for node in nodes if _is_ready(node)]
        return settled and len(names) == 3 and lost not in names

    def _all_pods_run(self) -> bool:
        pods = self._kubectl.get("pods", "--all-namespaces")["items"]
        return all(pod["status"]["phase"] == "Running" for pod in pods)

    def _available(self) -> int:
        found = self._kubectl.get("deployment", "demo")["status"]
        return int(found.get("availableReplicas", 0))

    def _service_address(self) -> str:
        def address() -> str:
            status = self._kubectl.get("service", "demo")["status"]["loadBalancer"]
            return next((one["ip"] for one in status.get("ingress", ())), "")

        self._await(lambda: bool(address()), ANSWER_SECONDS, "MetalLB gives no address")
        return address()

    def _await(self, is_so: Callable[[], bool], seconds: float, what: str) -> None:
        if not wait_until(lambda: _tolerantly(is_so), seconds):
            raise StoryFailed(f"{what} after {seconds:g} s")

    def _heading(self, text: str) -> None:
        passed = time.monotonic() - self._began
        _say(f"\n=== {text} {'=' * max(3, 70 - len(text))} {passed:.0f} s")


class _Lowest:
    """The lowest count seen while the context lasts."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.value = count()

    def __enter__(self) -> "_Lowest":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.3):
            try:
                self.value = min(self.value, self._count())
            except KubectlFailed:
                continue


def _is_ready(node: Any) -> bool:
    return any(
        one["type"] == "Ready" and one["status"] == "True" for one in node["status"]["conditions"]
    )


def _tolerantly(is_so: Callable[[], bool]) -> bool:
    """The API may be away for a moment."""
    try:
        return is_so()
    except KubectlFailed:
        return False


def _say(text: str) -> None:
    print(text, flush=True)
