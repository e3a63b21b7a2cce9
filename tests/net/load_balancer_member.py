"""A load balancer's member: what applies what it is told, HAProxy and keepalived, all real."""

import json
import re
import signal
import socket
from collections.abc import Mapping

from provisioner.bootstrap.channel import APPLIED, Applied, applied
from provisioner.bootstrap.layout import FIRST_CONFIGURATION, NODE_CONFIGURATION
from provisioner.bootstrap.layout import VALUES as VALUES_FILE
from provisioner.edge import layout
from provisioner.edge.close_connections import MASTER
from provisioner.edge.placeholders import SECRETS
from provisioner.edge.status import MemberStatus
from tests.edge.rendering import VALUES
from tests.net.keepalived_service import LOG, PID, start_keepalived
from tests.net.machines import Machine
from tests.net.observing import wait_for
from tests.net.virtual_hardware import RPCTOOL

HAPROXY_PID = "/run/haproxy.pid"
_ENVIRONMENT = f"CONFIG={layout.HAPROXY} PIDFILE={HAPROXY_PID} EXTRAOPTS='-S {MASTER}'"
# As in Debian's unit.
_EXEC_START = "/usr/sbin/haproxy -Ws -f $CONFIG -p $PIDFILE $EXTRAOPTS"
# Reloads as the unit's drop-in says. What does not run yet is started when all files are there.
_SYSTEMCTL = f"""\
#!/bin/sh
export {_ENVIRONMENT}
case "$*" in
"reload-or-restart haproxy.service")
    [ -e {HAPROXY_PID} ] || exit 0
    export MAINPID=$(cat {HAPROXY_PID})
    sed -n 's/^ExecReload=//p' {layout.HAPROXY_DROP_IN} | while read -r line; do
        case $line in
        -*) sh -c "${{line#-}}" || true ;;
        *) sh -c "$line" || exit 1 ;;
        esac
    done
    ;;
"reload-or-restart keepalived.service")
    [ ! -e {PID} ] || kill -HUP "$(cat {PID})"
    ;;
esac
"""
# There is no SSH here: what its server says of its file is seen on real machines.
_PROGRAMS = {"systemctl": _SYSTEMCTL, "vmware-rpctool": RPCTOOL, "sshd": "#!/bin/sh\n"}
_RELOAD = ("systemctl", "reload-or-restart", "haproxy.service")
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
    def __init__(self, name: str, port: str = "") -> None:
        """`port` is where it is plugged in, or will be."""
        super().__init__()
        self.name, self.port = name, port
        self.path("/run/haproxy").mkdir()

    def receive(self, files: list[dict[str, str]]) -> None:
        """What its VM is given with the clone, and what its agent fetches."""
        for file in files:
            self.write(file["path"], file["content"], int(file["permissions"], 8))
        fetched = {word: value for word, value in VALUES.items() if word in SECRETS}
        self.write(VALUES_FILE, json.dumps(fetched), 0o600)
        for name, script in _PROGRAMS.items():
            self.write(f"/usr/local/bin/{name}", script, 0o755)
        self.path("/run/guest/out").mkdir(parents=True)

    def boot(self) -> None:
        self.path("/var/lib/haproxy/dev").mkdir(parents=True, exist_ok=True)
        self.start("/usr/bin/python3", "-uc", _JOURNAL, log=JOURNAL)
        wait_for(lambda: self.path(_LOG_SOCKET).exists(), lambda: "a journal")
        first = (NODE_CONFIGURATION, FIRST_CONFIGURATION)
        applied = self.run("/usr/bin/python3", "-I", *first, check=False)
        assert applied.returncode == 0, applied.stdout
        self.start_haproxy()
        self.start_keepalived()

    def hear(self, values: Mapping[str, str]) -> Applied | None:
        """What it reports of these guestinfo keys; returns when what it began to serve serves."""
        for key, value in values.items():
            self.write(f"/run/guest/info/{key}", value)
        text, process = self.configuration(), self.haproxy_process()
        self.run("/usr/bin/python3", "-I", NODE_CONFIGURATION)
        if process and self.configuration() != text:
            self._await_reload(process)
        report = self.path(f"/run/guest/out/{APPLIED}")
        return applied({APPLIED: report.read_text()} if report.exists() else {})

    def configuration(self, path: str = layout.HAPROXY) -> str:
        return self.path(path).read_text()

    def start_haproxy(self) -> None:
        for line in self._unit(layout.HAPROXY_DROP_IN, "ExecStartPre"):
            self._as_unit(line)
        self._haproxy = self.start(
            "sh", "-c", f"{_ENVIRONMENT}; exec {_EXEC_START}", log="/run/haproxy.log"
        )

    def reload_haproxy(self) -> None:
        """Returns when the new process serves."""
        before = self.haproxy_process()
        self.run(*_RELOAD)
        self._await_reload(before)

    def _await_reload(self, before: str) -> None:
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

    def state(self, group: str) -> str:
        """What keepalived last said it is for that group of VIPs; nothing before it said so."""
        text = self.path(LOG).read_text()
        found = re.findall(rf"\({group}\) Entering (\w+) STATE", text)
        return found[-1] if found else ""

    def ask_haproxy(self, command: str) -> str:
        """Nothing when it does not answer."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.path(layout.ADMIN_SOCKET)))
                connection.sendall(f"{command}\n".encode())
                return b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        except OSError:
            return ""

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
