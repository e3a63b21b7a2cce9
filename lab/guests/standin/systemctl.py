"""systemctl: knows which units the guest has enabled, and whether keepalived runs."""

import ipaddress
import re

from lab.guests.standin import etcd
from lab.guests.standin.machine import ENABLED, KEEPALIVED_CONFIG, Machine
from lab.guests.standin.result import ProgramFailed, Result

KEEPALIVED = "keepalived.service"
_FLOATING = re.compile(r"virtual_ipaddress \{\s*([0-9a-fA-F.:]+)/")


def systemctl(machine: Machine, arguments: list[str]) -> Result:
    action, *units = [argument for argument in arguments if not argument.startswith("-")]
    for unit in units:
        if action == "enable":
            machine.write(f"{ENABLED}/{unit}", "")
        elif action in ("start", "restart") and unit == KEEPALIVED:
            start_keepalived(machine)
        elif action in ("start", "restart") and unit == etcd.UNIT:
            etcd.restart(machine)
    return Result()


def start_keepalived(machine: Machine) -> None:
    if not machine.has(KEEPALIVED_CONFIG):
        raise ProgramFailed(f"Job for {KEEPALIVED} failed: there is no {KEEPALIVED_CONFIG}\n")
    if not _FLOATING.search(machine.read(KEEPALIVED_CONFIG)):
        raise ProgramFailed(f"Job for {KEEPALIVED} failed: {KEEPALIVED_CONFIG} has no address\n")
    machine.floats = True


def boot_units(machine: Machine) -> None:
    """What systemd starts by itself after a power cycle."""
    if machine.has(f"{ENABLED}/{KEEPALIVED}"):
        start_keepalived(machine)
    if machine.has(f"{ENABLED}/{etcd.UNIT}"):
        etcd.restart(machine)


def floating_address(machine: Machine, endpoint: str) -> str | None:
    """The address this master may hold: keepalived's, or that of the user's own load balancer,
    whose part the lab plays too.
    """
    if machine.floats:
        found = _FLOATING.search(machine.read(KEEPALIVED_CONFIG))
        return found[1] if found else None
    host = endpoint.rpartition(":")[0].strip("[]")
    if machine.config.get("keepalived") or not _is_address(host):
        return None
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
