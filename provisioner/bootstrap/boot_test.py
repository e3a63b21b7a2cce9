"""What the clone of an image gets that only shows whether it boots: a check, and no login."""

import json

from provisioner.bootstrap.boot_check import ANSWER
from provisioner.bootstrap.delivery import PROGRAM, TEXT, file, source
from provisioner.bootstrap.guestinfo import METADATA, USERDATA, pack
from provisioner.bootstrap.layout import BOOT_CHECK, BOOT_CHECK_UNIT, SYSTEMD
from provisioner.bootstrap.metadata import metadata
from provisioner.bootstrap.model import NicConfig
from provisioner.bootstrap.user_data import dump
from provisioner.domain.virtual_machines import Fact

_UNIT = f"""\
[Unit]
Description=Tells what became of this image's first boot

[Service]
ExecStart=/usr/bin/python3 -I {BOOT_CHECK} {{test}}

[Install]
WantedBy=multi-user.target
"""


class BootTest(Fact):
    """`instance_id` names the test: the answer repeats it."""

    node_name: str
    instance_id: str
    nics: tuple[NicConfig, ...]


def extra_config(test: BootTest) -> dict[str, str]:
    """For the clone."""
    written = [
        file(BOOT_CHECK, PROGRAM, source("boot_check.py")),
        file(f"{SYSTEMD}/{BOOT_CHECK_UNIT}", TEXT, _UNIT.format(test=test.instance_id)),
    ]
    user_data = {
        "hostname": test.node_name,
        "ssh_pwauth": False,
        "write_files": written,
        "runcmd": [
            ["systemctl", "daemon-reload"],
            ["systemctl", "enable", "--now", "--no-block", BOOT_CHECK_UNIT],
        ],
    }
    documents = pack(METADATA, json.dumps(metadata(test))) | pack(USERDATA, dump(user_data))
    return {**documents, ANSWER: ""}
