"""Masters of a cluster on a switch: what a VM is given, real keepalived, a stand-in API server."""

import signal
import sys
from pathlib import Path

from lab.guests.kubernetes.certificates import Authority, server_certificate
from provisioner.bootstrap.channel import (
    APPLIED,
    Applied,
    applied,
    configuration,
    revision,
)
from provisioner.bootstrap.keepalived import INTERFACE, master_config, render, yielding
from provisioner.bootstrap.keepalived_files import keepalived_files, told
from provisioner.bootstrap.layout import NODE_CONFIGURATION
from provisioner.domain.floating_address import Carrier, priorities
from tests.net.keepalived_service import LOG, PID, start_keepalived
from tests.net.machines import Machine, Switch
from tests.net.virtual_hardware import RPCTOOL
from tests.node.authority import SelfSigned

HERE = Path(__file__).parent
KEEPALIVED_CONF = "/etc/keepalived/keepalived.conf"

# Debian's unit reloads by this signal.
_SYSTEMCTL = """\
#!/bin/sh
[ "$*" = "reload keepalived.service" ] && kill -HUP "$(cat /run/keepalived.pid)"
"""


class Cluster:
    """What its masters share. Everybody on the switch must trust `authority`."""

    def __init__(self, switch: Switch, authority: SelfSigned, vip: str, router_id: int) -> None:
        self.switch, self.authority, self.vip, self.router_id = switch, authority, vip, router_id
        self.masters: list[Master] = []
        self._ever = 0

    def add(self, address: str, prefix: int = 24) -> "Master":
        """Powered on and plugged in; nothing runs there yet."""
        master = Master(self, address, prefix, self._ever)
        self._ever += 1
        self.masters.append(master)
        return master

    def start(self) -> None:
        """Of a cluster that was never started."""
        for master in self.masters:
            master.start_keepalived()
            master.start_api()

    def carriers(self) -> list[Carrier]:
        ranks = priorities(master.order for master in self.masters)
        return [
            Carrier(node_id=each.name, name=each.name, address=each.address, priority=rank)
            for each, rank in zip(self.masters, ranks, strict=True)
        ]

    def holders(self) -> list["Master"]:
        return [master for master in self.masters if self.vip in master.addresses()]

    def tell_members(self) -> None:
        """etcd's members are the masters."""
        for master in self.masters:
            members = "\n".join(each.address for each in self.masters)
            master.write("/run/etcd-members", members)

    def power_off(self) -> None:
        for master in self.masters:
            master.power_off()


class Master(Machine):
    interface = "ens192"

    def __init__(self, cluster: Cluster, address: str, prefix: int, order: int) -> None:
        super().__init__()
        self.cluster, self.address, self.order = cluster, address, order
        # A port's name has 15 characters at most, and the last part of an address few.
        self.name = f"m{address.replace(':', '.').rpartition('.')[2]}"
        self.mac = f"00:50:56:00:00:{int(self.name[1:]) % 100:02d}"
        cluster.switch.plug_in(self, self.name, self.mac, [f"{address}/{prefix}"])
        self._deliver()

    def _deliver(self) -> None:
        for file in keepalived_files():
            self.write(file["path"], file["content"], int(file["permissions"], 8))
        self.write("/usr/local/bin/vmware-rpctool", RPCTOOL, 0o755)
        self.write("/usr/local/bin/systemctl", _SYSTEMCTL, 0o755)
        for folder in ("info", "out"):
            self.path(f"/run/guest/{folder}").mkdir(parents=True)
        authority = self.cluster.authority
        issuer = Authority(authority.certificate, authority.private_key)
        pair = server_certificate(issuer, ["127.0.0.1", self.address, self.cluster.vip])
        self.write("/etc/kubernetes/pki/ca.crt", authority.certificate)
        self.write("/etc/kubernetes/pki/apiserver.crt", pair.certificate)
        self.write("/etc/kubernetes/pki/apiserver.key", pair.private_key, 0o600)

    def keepalived_conf(self, interface: str = INTERFACE, *, leaving: bool = False) -> str:
        cluster = self.cluster
        given = (self.name, cluster.carriers(), cluster.vip, cluster.router_id)
        config = master_config(*given, interface)
        return render(yielding(config) if leaving else config)

    def start_api(self) -> None:
        self.cluster.tell_members()
        self.start(sys.executable, str(HERE / "apiserver.py"), self.name, log="/run/api.log")

    def kill_api(self) -> None:
        self.kill("/run/apiserver.pid")

    def start_keepalived(self) -> None:
        self.write(KEEPALIVED_CONF, self.keepalived_conf(self.interface))
        self._keepalived = start_keepalived(self)

    def stop_keepalived(self) -> None:
        self.kill(PID, number=signal.SIGTERM)
        self._keepalived.wait(10)

    def log(self) -> str:
        return self.path(LOG).read_text()

    def tell(self, text: str | None = None) -> str:
        """The service writes the VM's guestinfo key, the node's timer elapses; the revision."""
        given = told(self.mac, text or self.keepalived_conf())
        for key, value in configuration(*given).items():
            self.write(f"/run/guest/info/{key}", value)
        self.run("/usr/bin/python3", "-I", NODE_CONFIGURATION)
        return revision(*given)

    def applied(self) -> Applied | None:
        reported = self.path(f"/run/guest/out/{APPLIED}")
        return applied({APPLIED: reported.read_text()} if reported.exists() else {})
