"""keepalived on a machine without systemd, kept running as the delivered drop-in asks of it."""

import configparser
import subprocess

from provisioner.edge.system import KEEPALIVED_RESTART
from tests.net.machines import Machine

PID, VRRP_PID, LOG = "/run/keepalived.pid", "/run/vrrp.pid", "/run/keepalived.log"


def start_keepalived(machine: Machine, *environment: str) -> subprocess.Popen[str]:
    """`environment`: more settings, NAME=value."""
    drop_in = configparser.ConfigParser()
    drop_in.read_string(KEEPALIVED_RESTART)
    assert drop_in["Service"]["Restart"] == "on-failure"
    pause = drop_in["Service"]["RestartSec"]
    run = f"keepalived --dont-fork --log-console --log-detail -p {PID} -r {VRRP_PID}"
    # Before systemd starts a service again it ends what is left of it.
    end = f"kill $(cat {VRRP_PID}); while pidof keepalived; do sleep 0.1; done"
    supervised = f"until {run}; do {end}; sleep {pause}; done"
    return machine.start("env", *environment, "sh", "-c", supervised, log=LOG)
