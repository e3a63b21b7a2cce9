"""What the product talks to: a vCenter, a Temporal, an OpenBao. Every stack has all three."""

from contextlib import ExitStack

from lab import openbao
from lab.openbao import OpenBao
from lab.processes import Process
from lab.progress import Say, step
from lab.stack.layout import Layout
from lab.temporal import TemporalOptions, TemporalServer, start_temporal
from lab.vcenter import simulator
from lab.vcenter.build import binary
from lab.vcenter.simulator import SimulatedVCenter

VCENTER, TEMPORAL, OPENBAO = "vcenter", "temporal", "openbao"


class Servers:
    """Running from the moment it exists; raises what the failing server's start raises."""

    vcenter: SimulatedVCenter
    temporal: TemporalServer
    openbao: OpenBao

    def __init__(self, layout: Layout, say: Say) -> None:
        self._layout = layout
        with ExitStack() as running:
            self._start(running, say)
            self._running = running.pop_all()

    def processes(self) -> dict[str, Process]:
        return {
            VCENTER: self.vcenter.process,
            TEMPORAL: self.temporal.process,
            OPENBAO: self.openbao.process,
        }

    def restart_temporal(self) -> None:
        """The same server at the same address, with all it knew."""
        self.temporal.process.kill()
        options = TemporalOptions(port=self.temporal.port)
        self.temporal = start_temporal(self._layout.data / "temporal", self._layout.logs, options)

    def stop(self) -> None:
        self._running.close()

    def _start(self, running: ExitStack, say: Say) -> None:
        data, logs = self._layout.data, self._layout.logs
        with step(say, "vCenter is built"):
            binary()
        with step(say, "vCenter is up"):
            self.vcenter = simulator.start(data)
            self._layout.collect(self.vcenter.process.log)
            running.callback(self.vcenter.stop)
        with step(say, "Temporal is up"):
            self.temporal = start_temporal(data / "temporal", logs)
            running.callback(lambda: self.temporal.stop())
        with step(say, "OpenBao is up"):
            self.openbao = openbao.start(data / "openbao", logs)
            running.callback(self.openbao.stop)
