"""The lab with its one cluster, and what a test may ask of both."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import yaml
from kubernetes import client, config
from pyVmomi import vim

from lab.guests.control import GuestsControl
from lab.guests.machines import entering
from lab.guests.machines.remains import remains
from lab.guests.session import GuestSession
from lab.progress import say_nothing
from lab.service import Service
from lab.stack.facts import StackFacts
from lab.stack.guests import lab_name
from lab.stack.layout import Layout
from lab.stack.mending import mend
from lab.stack.records import read_records
from lab.story.document import cluster_document
from lab.waiting import wait_until

CREATION_SECONDS, SECONDS = 900, 120
# When the API's address moves, who waits for an answer would wait for ever; asked again, it comes.
ANSWER_SECONDS = 10
NAME = "slice"


@dataclass(frozen=True)
class Machine:
    """A guest: its VM's id, and its process 1 as this computer numbers it."""

    name: str
    moref: str
    process: int
    addresses: tuple[str, ...]

    def run(self, *argv: str, stdin: str = "") -> str:
        return entering.run(self.process, *argv, stdin=stdin)


class World:
    def __init__(self, facts: StackFacts, layout: Layout, supervisor: int) -> None:
        self.facts = facts
        self.supervisor = supervisor
        self.layout = layout
        self._guests = GuestsControl(facts.guests)
        self._session = GuestSession(facts.vcenter.access())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def create_cluster(self) -> "Cluster":
        with Service(self.facts) as service:
            self.ensure_registered(service)
            document = cluster_document(NAME, masters=1, workers=1)
            service.succeeded(service.create(document), CREATION_SECONDS)
            return Cluster(self, service.text(f"/clusters/{NAME}/kubeconfig"))

    def ensure_registered(self, service: Service) -> None:
        if not service.ask("GET", "/vcenters")["items"]:
            service.register(self.facts)

    def delete_cluster(self) -> None:
        with Service(self.facts) as service:
            service.succeeded(service.delete(NAME), SECONDS)

    def machines(self) -> list[Machine]:
        return [
            Machine(one["name"], one["moref"], int(one["pid"]), tuple(one["addresses"].split()))
            for one in self._guests.guests()
            if one["pid"]
        ]

    def remains(self) -> list[str]:
        return remains(lab_name(self.layout), self.layout.disks, self.supervisor)

    def kill(self, part: str) -> None:
        """SIGKILL to it and all it started."""
        [found] = [one for one in read_records(self.layout.running) if one.name == part]
        os.killpg(found.pid, signal.SIGKILL)
        assert soon(lambda: not found.running)

    def mend(self) -> None:
        """What was killed is started again."""
        assert mend(self.layout, say_nothing)

    def reset(self, moref: str) -> None:
        self._session.call(self._session.vm(moref).ResetVM_Task)

    def destroy(self, moref: str) -> None:
        """Pulled out like a plug, then deleted with its disks."""
        for task in ("PowerOffVM_Task", "Destroy_Task"):
            begun = self._session.call(getattr(self._session.vm(moref), task))
            assert soon(partial(self._has_succeeded, begun))

    def _has_succeeded(self, task: Any) -> bool:
        return self._session.call(lambda: task.info.state) == "success"

    def set_options(self, moref: str, values: Mapping[str, str]) -> None:
        options = [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]
        spec = vim.vm.ConfigSpec(extraConfig=options)
        self._session.call(lambda: self._session.vm(moref).ReconfigVM_Task(spec))

    def options(self, moref: str) -> dict[str, Any]:
        vm = self._session.vm(moref)
        return {one.key: one.value for one in self._session.call(lambda: vm.config.extraConfig)}


class Cluster:
    """`nodes` and `pods` as its own API tells, by an issued kubeconfig."""

    def __init__(self, world: World, kubeconfig: str) -> None:
        self._world = world
        self._kubeconfig = kubeconfig

    @property
    def master(self) -> Machine:
        return self._machine("control-plane")

    @property
    def worker(self) -> Machine:
        return self._machine("workers")

    def ready_nodes(self) -> set[str]:
        nodes = self._core().list_node(_request_timeout=ANSWER_SECONDS).items
        return {node.metadata.name for node in nodes if _is_ready(node)}

    def running_pods(self, namespace: str) -> set[str]:
        pods = self._core().list_namespaced_pod(namespace, _request_timeout=ANSWER_SECONDS).items
        return {pod.metadata.name for pod in pods if pod.status.phase == "Running"}

    def _machine(self, group: str) -> Machine:
        return next(one for one in self._world.machines() if f"-{group}-" in one.name)

    def _core(self) -> Any:
        loaded = yaml.safe_load(self._kubeconfig)
        return client.CoreV1Api(config.new_client_from_config_dict(loaded))


def _is_ready(node: Any) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in node.status.conditions)


def soon(is_so: Any) -> bool:
    return wait_until(is_so, SECONDS)
