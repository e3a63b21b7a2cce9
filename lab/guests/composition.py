"""All guests of one vCenter, put together."""

import json
import os

from lab.guests.config import GuestsConfig, Machines
from lab.guests.control_api import ControlApi
from lab.guests.control_planes import ControlPlanes
from lab.guests.interface import GuestRunner
from lab.guests.leases import Leases
from lab.guests.light import LightRunner
from lab.guests.machines.runner import MachineRunner
from lab.guests.misbehaviour import Misbehaviour
from lab.guests.session import GuestSession
from lab.guests.standin.balancers import Balancers
from lab.guests.standin.guest import Surroundings
from lab.guests.standin.programs import install
from lab.guests.standin.runner import StandInRunner
from lab.guests.tools import VMwareTools
from lab.guests.watch import Watch

SECONDS_TO_FOLLOW = 30.0


class Guests:
    """Runs from `start` to `stop`, in threads of this process."""

    def __init__(self, config: GuestsConfig) -> None:
        self._config = config
        self._session = GuestSession(config.vcenter.access())
        self._misbehaviour = Misbehaviour()
        self._control = ControlApi(self._misbehaviour, config.control_port)
        self._runner = self._standins() if config.machines is None else self._real(config.machines)
        machines = bool(config.machines)
        # A read of each VM whenever it changes is too much for benchmarks of many.
        configurations = machines or not config.light
        self._watch = Watch(self._session, self._runner, machines, configurations)

    @property
    def control_url(self) -> str:
        return f"http://{self._control.address}"

    def start(self) -> None:
        """Returns once power states are followed, which the ready file tells others."""
        self._control.start()
        self._watch.start()
        if not self._watch.following.wait(SECONDS_TO_FOLLOW):
            raise TimeoutError("vCenter's VMs cannot be watched; see the log")
        draft = self._config.ready_file.with_suffix(".draft")
        draft.write_text(json.dumps({"control": self.control_url}))
        os.replace(draft, self._config.ready_file)

    def stop(self) -> None:
        self._watch.stop()
        self._runner.close()
        self._control.stop()
        self._session.close()

    def _real(self, machines: Machines) -> GuestRunner:
        runner = MachineRunner(self._config.folder, machines, VMwareTools(self._session))
        self._control.shown = runner
        return runner

    def _standins(self) -> GuestRunner:
        tools = VMwareTools(self._session)
        around = Surroundings(
            tools=tools,
            leases=Leases(),
            planes=ControlPlanes(),
            balancers=Balancers(tools),
            misbehaviour=self._misbehaviour,
            programs=install(self._config.folder / "bin"),
            control=self._control.address,
        )
        full = StandInRunner(self._config.folder, around)
        self._control.shown = self._control.programs = full
        return LightRunner(around, full) if self._config.light else full
