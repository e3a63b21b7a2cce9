"""The network of a stack whose guests are real machines, and what serves it."""

import sys
from contextlib import ExitStack
from pathlib import Path

import httpx

from lab.network import dnsmasq
from lab.network.namespace import is_new, make_bridges
from lab.network.port_groups import NODES
from lab.processes import Command, Process, ProcessError, start_ready
from lab.progress import Say, step
from lab.stack.layout import Layout
from lab.stack.real_guests import RealGuests

DNSMASQ, PACKAGES = "dnsmasq", "packages"
HTTP = 80
WORKING_COPY = Path(__file__).parents[2]
READY_SECONDS = 20.0


class Network:
    """Running from the moment it exists; raises ProcessError. `address` is the API's on it."""

    address = str(NODES.gateway.ip)

    def __init__(self, layout: Layout, real: RealGuests, say: Say) -> None:
        if not is_new():
            raise ProcessError("real guests need a network of their own: see lab/network")
        self._processes: dict[str, Process] = {}
        with step(say, "network is up"), ExitStack() as running:
            running.callback(self.stop)
            make_bridges()
            self._processes[DNSMASQ] = dnsmasq.start(layout.data / "network", layout.logs)
            if real.repositories:
                self._processes[PACKAGES] = self._serve_packages(layout, real)
            running.pop_all()

    def processes(self) -> dict[str, Process]:
        return dict(self._processes)

    def stop(self) -> None:
        for process in self._processes.values():
            process.end()

    def _serve_packages(self, layout: Layout, real: RealGuests) -> Process:
        where = ("--host", self.address, "--port", str(HTTP))
        roots = map(str, real.repositories)
        argv = (sys.executable, "-m", "lab.guestos.repository_server", *where, *roots)
        command = Command(PACKAGES, argv, cwd=WORKING_COPY)
        return start_ready(command, layout.logs, self._answers, READY_SECONDS)

    def _answers(self) -> bool:
        try:
            httpx.get(f"http://{self.address}/", timeout=READY_SECONDS)
        except httpx.TransportError:
            return False
        return True
