"""A load balancer's members on a switch: the files they are given, real HAProxy and keepalived."""

import re
import signal
from collections.abc import Mapping
from typing import Any

from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_checks import check_load_balancer
from provisioner.domain.spec.reading import read
from provisioner.edge import layout
from provisioner.edge.configuration import configurations
from provisioner.edge.from_spec import pair
from provisioner.edge.model import AdminState
from provisioner.edge.status import MemberStatus
from tests.edge.rendering import VALUES
from tests.net.keepalived_service import LOG, PID, start_keepalived
from tests.net.machines import Machine, Switch
from tests.net.observing import wait_for

HAPROXY_PID = "/run/haproxy.pid"
_ENVIRONMENT = f"CONFIG={layout.HAPROXY} PIDFILE={HAPROXY_PID} EXTRAOPTS='-S /run/master.sock'"
# As in Debian's unit.
_EXEC_START = "/usr/sbin/haproxy -Ws -f $CONFIG -p $PIDFILE $EXTRAOPTS"
# Debian's unit puts the journal's socket into the chroot.
_LOG_SOCKET = "/var/lib/haproxy/dev/log"
_JOURNAL = f"""
import os, socket
door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
door.bind({_LOG_SOCKET!r})
os.chmod({_LOG_SOCKET!r}, 0o666)
while True:
    print(door.recv(65536).decode().strip())
"""
JOURNAL = "/run/journal.log"


class Member(Machine):
    interface = "ens192"

    def __init__(self, name: str, port: str = "") -> None:
        """`port` is where it is plugged in, or will be."""
        super().__init__()
        self.name, self.port = name, port
        self.path("/run/haproxy").mkdir()

    def give(self, texts: Mapping[str, str]) -> None:
        """Puts the files where they belong; what runs goes on as it was."""
        for path, text in texts.items():
            self.write(path, text, layout.FILES[path].mode)

    def boot(self) -> None:
        self.path("/var/lib/haproxy/dev").mkdir(parents=True, exist_ok=True)
        self.start("/usr/bin/python3", "-uc", _JOURNAL, log=JOURNAL)
        wait_for(lambda: self.path(_LOG_SOCKET).exists(), lambda: "a journal")
        self.run(*layout.FILES[layout.FIREWALL].apply)
        self.run("sysctl", "--load", layout.SYSCTL)
        self.start_haproxy()
        self.start_keepalived()

    def start_haproxy(self) -> None:
        for line in self._unit(layout.HAPROXY_DROP_IN, "ExecStartPre"):
            self._as_unit(line)
        self._haproxy = self.start(
            "sh", "-c", f"{_ENVIRONMENT}; exec {_EXEC_START}", log="/run/haproxy.log"
        )

    def reload_haproxy(self) -> None:
        """As systemd does by the unit's drop-in; returns when the new process serves."""
        before = self.haproxy_process()
        for line in self._unit(layout.HAPROXY_DROP_IN, "ExecReload"):
            self._as_unit(line)
        wait_for(lambda: self.haproxy_process() not in (before, ""), self.haproxy_log)

    def stop_haproxy(self) -> None:
        self.kill(HAPROXY_PID, number=signal.SIGTERM)
        self._haproxy.wait(10)

    def kill_haproxy(self) -> None:
        """All of it; nobody starts it again."""
        main = self.path(HAPROXY_PID).read_text().split()
        # The worker may end with its master, before it is killed itself.
        self.run("kill", "-KILL", *main, self.haproxy_process(), check=False)
        self._haproxy.wait(10)
        wait_for(lambda: not self.haproxy_process(), lambda: "no HAProxy")

    def start_keepalived(self) -> None:
        folder = self.path(layout.KEEPALIVED_STATUS)
        folder.mkdir(mode=0o700, exist_ok=True)
        [setting] = self._unit(layout.KEEPALIVED_DROP_IN, "Environment")
        self._keepalived = start_keepalived(self, setting)

    def status(self) -> MemberStatus:
        told = self.run("/usr/bin/python3", "-IS", layout.MEMBER_STATUS).stdout
        return MemberStatus.model_validate_json(told)

    def stop_keepalived(self) -> None:
        self.kill(PID, number=signal.SIGTERM)
        self._keepalived.wait(10)

    def reload_keepalived(self) -> None:
        self.kill(PID, number=signal.SIGHUP)

    def state(self, group: str) -> str:
        """What keepalived last said it is for that group of VIPs; nothing before it said so."""
        text = self.path(LOG).read_text()
        found = re.findall(rf"\({group}\) Entering (\w+) STATE", text)
        return found[-1] if found else ""

    def ask_haproxy(self, command: str) -> str:
        program = (
            "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
            "s.sendall(sys.argv[2].encode()+b'\\n'); "
            "print(b''.join(iter(lambda: s.recv(65536), b'')).decode())"
        )
        told = (layout.ADMIN_SOCKET, command)
        return self.run("/usr/bin/python3", "-c", program, *told, check=False).stdout

    def haproxy_process(self) -> str:
        found = re.search(r"^Pid: (\d+)$", self.ask_haproxy("show info"), re.MULTILINE)
        return found.group(1) if found else ""

    def servers(self, backend: str) -> dict[str, str]:
        """The state of each server, in HAProxy's words."""
        rows = [row.split(",") for row in self.ask_haproxy("show stat").splitlines()]
        found = {row[1]: row[17] for row in rows if row[0] == backend}
        return {name: state for name, state in found.items() if name != "BACKEND"}

    def journal(self) -> list[str]:
        return self.path(JOURNAL).read_text().splitlines()

    def haproxy_log(self) -> str:
        return self.path("/run/haproxy.log").read_text()

    def _unit(self, path: str, key: str) -> list[str]:
        """What the drop-in sets, less what it takes away by setting nothing."""
        drop_in = self.path(path).read_text()
        return [line for line in re.findall(rf"^{key}=(.*)$", drop_in, re.MULTILINE) if line]

    def _as_unit(self, line: str) -> None:
        main = f"MAINPID=$(cat {HAPROXY_PID} 2>/dev/null)"
        self.run("sh", "-c", f"{_ENVIRONMENT} {main}; {line.removeprefix('-')}")


class Pair:
    """Needs root. `net` parts the addresses of pairs that share a switch."""

    def __init__(self, switch: Switch, body: Mapping[str, Any], router_id: int, net: int = 0):
        self.switch, self.body, self.router_id = switch, body, router_id
        self.members = [Member(one["name"], f"lb{net}{one['name']}") for one in body["members"]]
        for number, one in enumerate(body["members"]):
            member, mac = self.members[number], f"00:50:56:01:{net:02d}:{number:02d}"
            switch.plug_in(member, member.port, mac, [_address(one)])

    def start(self) -> None:
        for member in self.members:
            self.tell(member)
            member.boot()

    def tell(
        self,
        member: Member,
        body: Mapping[str, Any] | None = None,
        states: Mapping[str, AdminState] | None = None,
    ) -> None:
        """The files for the document given, else for the pair's own."""
        spec = read(LoadBalancerSpec, body or self.body, check_load_balancer)
        router_ids = {one.name: self.router_id + at for at, one in enumerate(spec.members)}
        told = configurations(pair(spec, router_ids, states or {}))[member.name]
        interfaces = {"@MANAGEMENT@": member.interface}
        member.give(told.filled(VALUES | interfaces))

    def holders(self, vip: str) -> list[Member]:
        return [member for member in self.members if vip in member.addresses()]

    def power_off(self) -> None:
        for member in self.members:
            member.power_off()


def _address(member: Mapping[str, Any]) -> str:
    return str(member["networks"]["management"]["address"])
