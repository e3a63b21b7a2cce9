"""VMware Tools of all guests: what they report goes to vCenter one after the other."""

import logging
import queue
import threading
from typing import Any

from pyVmomi import vim, vmodl

from lab.guests.session import GuestSession

log = logging.getLogger(__name__)

RUNNING, SILENT = "guestToolsRunning", "guestToolsNotRunning"
# The simulator takes extraConfig keys with this prefix for properties of the VM.
PREFIX = "SET.guest."


class VMwareTools:
    """Implements GuestTools: one request per report, from one thread."""

    def __init__(self, session: GuestSession) -> None:
        self._session = session
        self._reports: queue.SimpleQueue[tuple[str, dict[str, str]]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, name="tools", daemon=True).start()

    def report(self, moref: str, address: str) -> None:
        self._reports.put((moref, {"toolsRunningStatus": RUNNING, "ipAddress": address}))

    def fall_silent(self, moref: str) -> None:
        self._reports.put((moref, {"toolsRunningStatus": SILENT}))

    def _deliver(self) -> None:
        while True:
            moref, values = self._reports.get()
            try:
                self._session.call(lambda: self._set(moref, values))  # noqa: B023
            except vmodl.fault.ManagedObjectNotFound:
                continue
            except Exception:
                log.exception("reporting of %s failed", moref)

    def _set(self, moref: str, values: dict[str, str]) -> Any:
        options = [
            vim.option.OptionValue(key=PREFIX + key, value=value) for key, value in values.items()
        ]
        return self._session.vm(moref).ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options))
