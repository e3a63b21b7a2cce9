"""The least it could cost: a bare loop over pyVmomi that makes the same VMs, and nothing else.

It keeps no record, survives no crash and undoes nothing. Its VMs carry user-data of the same size,
with a token that opens nothing, so that guests boot and report their address as usual.
"""

import ssl
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pyVim.connect import SmartConnect
from pyVmomi import vim

from lab.machine_list import PropertyCollector
from lab.vcenter.simulator import SimulatedVCenter
from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from provisioner.bootstrap.model import NicConfig, NodeBootstrap
from provisioner.domain.naming import manual_mac
from provisioner.domain.spec.cluster import Kubernetes
from provisioner.domain.spec.endpoint import Endpoint

TEMPLATE = "/DC1/vm/templates/debian-12-node"
PARENT = "/DC1/vm/kubernetes"
POOL = "/DC1/host/compute-1/Resources/production"
DATASTORE = "/DC1/datastore/local-1"


@dataclass(frozen=True)
class Job:
    count: int
    parallelism: int
    api_url: str


class Floor:
    def __init__(self, vcenter: SimulatedVCenter, job: Job) -> None:
        self._job = job
        self._service = SmartConnect(
            host=vcenter.host,
            port=vcenter.port,
            user=vcenter.username,
            pwd=vcenter.password,
            sslContext=ssl.create_default_context(cafile=str(vcenter.certificate)),
        )
        self._content = self._service.RetrieveContent()
        self._template = self._find(TEMPLATE)
        self._folder = self._find(PARENT).CreateFolder("floor")

    def seconds(self) -> float:
        """Until all are cloned, powered on, and have reported an address."""
        began = time.monotonic()
        with ThreadPoolExecutor(self._job.parallelism) as pool:
            list(pool.map(self._make, range(self._job.count)))
        self._await_addresses()
        return time.monotonic() - began

    def remove(self) -> None:
        with ThreadPoolExecutor(self._job.parallelism) as pool:
            list(pool.map(self._destroy, self._folder.childEntity))
        _await(self._folder.Destroy_Task())

    def _make(self, number: int) -> None:
        name = f"floor-{number}"
        cloning = self._template.CloneVM_Task(self._folder, name, self._clone_spec(name))
        _await(_await(cloning).PowerOnVM_Task())

    def _destroy(self, vm: Any) -> None:
        _await(vm.PowerOffVM_Task())
        _await(vm.Destroy_Task())

    def _clone_spec(self, name: str) -> Any:
        carried = self._user_data(name)
        config = vim.vm.ConfigSpec(
            numCPUs=2,
            memoryMB=4096,
            instanceUuid=str(uuid.uuid4()),
            extraConfig=[vim.option.OptionValue(key=k, value=v) for k, v in carried.items()],
        )
        location = vim.vm.RelocateSpec(pool=self._find(POOL), datastore=self._find(DATASTORE))
        return vim.vm.CloneSpec(location=location, config=config, powerOn=False)

    def _user_data(self, name: str) -> dict[str, str]:
        return KubeadmBootstrapper().render(
            NodeBootstrap(
                node_name=name,
                cluster_name="floor",
                role="worker",
                node_pool="floor",
                instance_id=name,
                org_number=1,
                cluster_number=1,
                api_url=self._job.api_url,
                token=SecretStr("opens nothing"),
                kubernetes=Kubernetes(version="1.35.0"),
                endpoint=Endpoint(mode="external", dns_name="floor.example"),
                nics=(NicConfig(mac=manual_mac()),),
            )
        )

    def _await_addresses(self, deadline_seconds: float = 120) -> None:
        deadline = time.monotonic() + deadline_seconds
        while self._addressed() < self._job.count:
            if time.monotonic() > deadline:
                raise TimeoutError("the floor's guests did not report their addresses")
            time.sleep(0.05)

    def _addressed(self) -> int:
        """Asked in bulk: one request for all."""
        view = self._content.viewManager.CreateContainerView(
            self._folder, [vim.VirtualMachine], True
        )
        along = PropertyCollector.TraversalSpec(
            name="view", type=type(view), path="view", skip=False
        )
        objects = PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[along])
        wanted = PropertyCollector.PropertySpec(
            type=vim.VirtualMachine, pathSet=["guest.ipAddress"], all=False
        )
        filters = [PropertyCollector.FilterSpec(objectSet=[objects], propSet=[wanted])]
        found = self._content.propertyCollector.RetrieveContents(filters)
        view.DestroyView()
        return sum(1 for one in found for item in one.propSet if item.val)

    def _find(self, path: str) -> Any:
        return self._content.searchIndex.FindByInventoryPath(path.lstrip("/"))


def _await(task: Any) -> Any:
    """The task's result, asked for until it is there, as such loops do."""
    while (info := task.info).state in ("queued", "running"):
        time.sleep(0.05)
    if info.state != "success":
        raise RuntimeError(f"{info.descriptionId} failed")
    return info.result
