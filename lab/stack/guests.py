"""The guests of the stack's vCenter, as a part that can be killed and started again."""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.guests.config import GuestsConfig, Machines, VCenterConfig
from lab.network.port_groups import NODES, bridges
from lab.ports import free_port
from lab.processes import Command
from lab.stack.files import write_private
from lab.stack.layout import Layout
from lab.stack.options import GUESTS
from lab.stack.parts import Part
from lab.stack.real_guests import RealGuests
from lab.vcenter.simulator import SimulatedVCenter

WORKING_COPY = Path(__file__).parents[2]


def guests_config(
    layout: Layout, vcenter: SimulatedVCenter, others: Mapping[str, Any]
) -> GuestsConfig:
    """Writes the password to the file that the configuration names. `others` win."""
    password = layout.data / "guests-password"
    write_private(password, vcenter.password)
    usual = {
        "vcenter": VCenterConfig(
            host=vcenter.host,
            port=vcenter.port,
            username=vcenter.username,
            password_file=password,
            thumbprint=vcenter.thumbprint,
        ),
        "folder": layout.disks,
        "ready_file": layout.data / "guests-ready.json",
        "control_port": free_port(),
    }
    return GuestsConfig.model_validate({**usual, **others})


def machines(layout: Layout, real: RealGuests) -> Machines:
    nameserver = str(NODES.gateway.ip)
    return Machines(
        lab=lab_name(layout), images=real.images, bridges=bridges(), nameserver=nameserver
    )


def lab_name(layout: Layout) -> str:
    """Names the cgroups of the machines in this folder."""
    return f"pke-lab-{hashlib.sha256(str(layout.folder).encode()).hexdigest()[:8]}"


def guests_part(layout: Layout, config: GuestsConfig) -> Part:
    file = layout.data / "guests.json"
    file.write_text(config.model_dump_json())
    argv = (sys.executable, "-m", "lab.guests", "--config", str(file))
    command = Command(GUESTS, argv, cwd=WORKING_COPY)
    return Part(command, lambda _: config.ready_file.exists(), config.ready_file)
