"""The network of a stack whose guests are real machines."""

from lab.network import dnsmasq
from lab.network.namespace import is_new, make_bridges
from lab.network.port_groups import NODES
from lab.processes import Process, ProcessError
from lab.progress import Say, step
from lab.stack.layout import Layout

DNSMASQ = "dnsmasq"


class Network:
    """Running from the moment it exists; raises ProcessError. `address` is the API's on it."""

    address = str(NODES.gateway.ip)

    def __init__(self, layout: Layout, say: Say) -> None:
        if not is_new():
            raise ProcessError("real guests need a network of their own: see lab/network")
        with step(say, "network is up"):
            make_bridges()
            self._dnsmasq = dnsmasq.start(layout.data / "network", layout.logs)

    def processes(self) -> dict[str, Process]:
        return {DNSMASQ: self._dnsmasq}

    def stop(self) -> None:
        self._dnsmasq.end()
