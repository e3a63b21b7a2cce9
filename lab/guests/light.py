"""Workers without an agent, for benchmarks of many: a thread makes the calls one would make."""

import http.client
import logging
import threading
from dataclasses import dataclass
from typing import Any

from lab.guests.control_planes import ControlPlane
from lab.guests.interface import GuestRunner, GuestVM
from lab.guests.standin.documents import node_labels, node_taints, read_documents
from lab.guests.standin.guest import Surroundings
from lab.guests.user_data import Received, received
from provisioner.bootstrap.node.failures import Failure
from provisioner.bootstrap.node.node_api import NodeApi
from provisioner.bootstrap.node.reporter import Reporter

log = logging.getLogger(__name__)


@dataclass
class LightGuest:
    vm: GuestVM
    name: str = ""
    address: str = ""
    plane: ControlPlane | None = None


class LightRunner:
    """Implements GuestRunner. Masters get full guests from `full`."""

    def __init__(self, around: Surroundings, full: GuestRunner) -> None:
        self._around = around
        self._full = full
        self._guests: dict[str, LightGuest] = {}

    def create(self, vm: GuestVM) -> None:
        self._full.create(vm)

    def power_on(self, vm: GuestVM) -> None:
        guest = self._guests.get(vm.moref)
        if guest is not None:
            self._boot_again(guest)
            return
        got = received(vm.extra_config)
        if got.agent_config.get("node", {}).get("role") != "worker":
            self._full.power_on(vm)
            return
        guest = self._guests[vm.moref] = LightGuest(vm)
        threading.Thread(target=self._boot, args=(guest, got), name=vm.name, daemon=True).start()

    def power_off(self, moref: str) -> None:
        self._full.power_off(moref)
        guest = self._guests.get(moref)
        if guest and guest.plane and guest.name in guest.plane.cluster.node_names():
            guest.plane.cluster.set_ready(guest.name, False)

    def shut_down(self, moref: str) -> None:
        if moref not in self._guests:
            self._full.shut_down(moref)
            return
        self.power_off(moref)
        self._around.tools.power_off(moref)

    def reconfigure(self, vm: GuestVM) -> None:
        self._full.reconfigure(vm)

    def destroy(self, moref: str) -> None:
        self.power_off(moref)
        self._full.destroy(moref)
        guest = self._guests.pop(moref, None)
        for mac in guest.vm.macs if guest else ():
            self._around.leases.release(mac)

    def close(self) -> None:
        self._full.close()

    def _boot(self, guest: LightGuest, got: Received) -> None:
        config, interface = got.agent_config, got.interfaces()[0]
        guest.name = config["node"]["name"]
        guest.address = interface.address or self._around.leases.lease(interface.mac)
        self._around.tools.report(guest.vm.moref, guest.address)
        try:
            self._become_ready(guest, config)
        except (Failure, OSError, http.client.HTTPException) as failure:
            log.info("%s ends: %s", guest.name, failure)

    def _become_ready(self, guest: LightGuest, config: dict[str, Any]) -> None:
        api = NodeApi(config["api"], config["poll_seconds"])
        reporter = Reporter(api, config["node"])
        reporter.report("worker", "running", "starting")
        given = api.join_parameters()
        guest.plane = self._around.planes.find(given["certificateAuthority"])
        if guest.plane is None or not guest.plane.cluster.accepts_token(given["token"]):
            raise Failure("the cluster does not know the join token")
        self._register(guest, guest.plane, config["kubeadm"]["join"])
        node = config["node"]
        api.report_ready({"name": node["name"], "nodePool": node["pool"], "ip": guest.address})
        reporter.report("worker", "finished", "success", final=True)

    def _register(self, guest: LightGuest, plane: ControlPlane, join: str) -> None:
        registration = read_documents(join)["JoinConfiguration"]["nodeRegistration"]
        taints = node_taints(registration, master=False)
        labels = node_labels(registration)
        plane.cluster.add_node(guest.name, [guest.address], labels, taints)

    def _boot_again(self, guest: LightGuest) -> None:
        self._around.tools.report(guest.vm.moref, guest.address)
        if guest.plane:
            guest.plane.cluster.add_node(guest.name, [guest.address])
