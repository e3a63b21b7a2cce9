"""DHCP and DNS on every bridge."""

from collections.abc import Iterator
from pathlib import Path

from lab.network.port_groups import FIRST_LEASED, LAST_LEASED, PORT_GROUPS, PortGroup
from lab.processes import Command, Process, start_ready

READY_SECONDS = 10.0


def start(folder: Path, logs: Path) -> Process:
    """Files in `folder`/hosts in the form of /etc/hosts are names it answers to, at once.

    What nobody knows does not exist: the network has no way out. Raises NotReady.
    """
    (folder / "hosts").mkdir(parents=True, exist_ok=True)
    pid_file = folder / "dnsmasq.pid"
    pid_file.unlink(missing_ok=True)
    configuration = folder / "dnsmasq.conf"
    configuration.write_text("\n".join(_lines(folder, pid_file)) + "\n")
    command = Command(
        "dnsmasq", ("dnsmasq", "--keep-in-foreground", f"--conf-file={configuration}")
    )
    return start_ready(command, logs, pid_file.exists, READY_SECONDS)


def _lines(folder: Path, pid_file: Path) -> Iterator[str]:
    yield f"pid-file={pid_file}"
    yield f"dhcp-leasefile={folder / 'leases'}"
    yield f"hostsdir={folder / 'hosts'}"
    # Whoever changes its user or group loses its leash (lab/leash.py).
    yield from ("user=root", "group=root")
    yield from ("log-facility=-", "log-dhcp", "bind-interfaces", "except-interface=lo")
    yield from ("no-resolv", "no-hosts", "no-ping", "local=/#/", "dhcp-authoritative")
    for group in PORT_GROUPS:
        yield from _served(group)


def _served(group: PortGroup) -> Iterator[str]:
    gateway, first, last = group.gateway, group.address(FIRST_LEASED), group.address(LAST_LEASED)
    yield f"interface={group.bridge}"
    yield f"dhcp-range=set:{group.bridge},{first},{last},{gateway.netmask},12h"
    yield f"dhcp-option=tag:{group.bridge},option:router,{gateway.ip}"
    yield f"dhcp-option=tag:{group.bridge},option:dns-server,{gateway.ip}"
