"""The lab's stand-in guests for what images boot."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.guests.control import GuestsControl
from lab.processes import Command, start
from lab.vcenter.simulator import SimulatedVCenter

SECONDS = 90.0


@contextmanager
def guests_of(vcenter: SimulatedVCenter, folder: Path) -> Iterator[GuestsControl]:
    password, ready = folder / "password", folder / "ready.json"
    password.write_text(vcenter.password)
    server = {
        "host": vcenter.host,
        "port": vcenter.port,
        "username": vcenter.username,
        "password_file": str(password),
        "thumbprint": vcenter.thumbprint,
    }
    config = folder / "config.json"
    disks = str(folder / "guests")
    config.write_text(json.dumps({"vcenter": server, "folder": disks, "ready_file": str(ready)}))
    argv = (sys.executable, "-m", "lab.guests", "--config", str(config))
    process = start(Command("guests", argv), folder)
    try:
        process.wait_ready(ready.exists, SECONDS)
        yield GuestsControl(json.loads(ready.read_text())["control"])
    finally:
        process.end()
