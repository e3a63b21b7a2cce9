#!/usr/bin/python3
"""The node agent: makes this machine a node of its Kubernetes cluster, then stops for good.

It is delivered to the machine as this one file: standard library only, Python 3.9 or newer.
Every step may run twice, so a killed agent simply starts over. Only kubeadm's progress is kept,
because what it left half done has to be undone first.

Exit status: 0 the node is ready; 3 it never will be, replace it; any other: start me again.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import glob
import http.client
import json
import os
import random
import re
import secrets
import ssl
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote, urlsplit

DISCOVERY = "/etc/pke-provisioner/discovery.conf"
KUBEADM_CONFIG = "/etc/pke-provisioner/kubeadm.yaml"
STATE = "/var/lib/pke-provisioner/"
LOG = "/var/log/pke-provisioner/programs.log"

PRIVATE = functools.partial(os.open, mode=0o600)
FAILED = 3
REQUEST_SECONDS, STATUS_SECONDS, KUBEADM_SECONDS = 30.0, 5.0, 1200.0
# For how long a node that stopped answering may still count as Ready; its name is taken until then.
GRACE_POLLS = 30
REPORTED_LINES, REPORTED_CHARACTERS = 20, 2000

# Bootstrap tokens, signed tokens and keys (PEM or not), in case a program prints them.
SECRET_SHAPES = re.compile(
    r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b|\bey[\w-]+\.[\w-]+\.[\w-]+|[\w+/]{43}=|LS0tLS1CRUdJT[\w+/=]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


class Failure(Exception):
    """This machine will not become a node. The text says why and holds no secret."""


class Refused(Failure):
    """The service does not accept what this node asks. Must never be taken for a yes."""


class Answer(NamedTuple):
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


say = functools.partial(print, flush=True)


def without_secrets(text: str) -> str:
    return SECRET_SHAPES.sub("[secret]", text)


def pauses(seconds: float) -> Iterator[float]:
    """How long to wait before each further try: at first some `seconds`, later more; jittered."""
    longest = seconds
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 1.5, seconds * 2.5)


class Host:
    """This machine, below `root`. Paths in arguments are those the machine itself would use."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    def path(self, path: str) -> str:
        return self._root + path

    def exists(self, path: str) -> bool:
        return os.path.exists(self.path(path))

    def read(self, path: str) -> str:
        with open(self.path(path), encoding="utf-8") as file:
            return file.read()

    def write(self, path: str, text: str, mode: int = 0o600) -> None:
        """Whole or not at all, and at no time readable by more than `mode` allows."""
        target = self.path(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        self.remove(path + ".part")
        with open(target + ".part", "x", encoding="utf-8", opener=PRIVATE) as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(target + ".part", target)

    def remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(path))

    def interface(self, mac: str) -> str | None:
        for path in sorted(glob.glob(self.path("/sys/class/net/*/address"))):
            with open(path, encoding="ascii") as file:
                if file.read().strip().lower() == mac:
                    return path.split("/")[-2]
        return None

    def run(self, *command: str, seconds: float = 60.0) -> str:
        """The end of what it said; LOG keeps all. Raises Failure when it is missing or fails."""
        os.makedirs(os.path.dirname(self.path(LOG)), mode=0o700, exist_ok=True)
        with open(self.path(LOG), "ab+", opener=PRIVATE) as log:
            start = log.seek(0, os.SEEK_END)
            try:
                subprocess.run(command, stdout=log, stderr=log, check=True, timeout=seconds)
            except (OSError, subprocess.SubprocessError) as error:
                raise Failure(explained(command, error, end_of(log, start))) from error
            return end_of(log, start)


def end_of(log: BinaryIO, start: int) -> str:
    log.seek(start)
    text = log.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-REPORTED_LINES:])[-REPORTED_CHARACTERS:]


def explained(command: tuple[str, ...], error: Exception, said: str) -> str:
    """The first line that tells of an error, all it said last, and how it ended."""
    telling = re.search(r"^.*\b(error|fatal|failed)\b.*\n", said, re.IGNORECASE | re.MULTILINE)
    ended = str(error).rpartition("' ")[2]  # without "Command '...'"
    what = (telling.group() if telling and telling.start() else "") + said
    return f"{' '.join(command[:2])} failed: {what}\n{ended}".replace(": \n", ": ")


class NodeApi:
    """The service's node API. Follows no redirect and no proxy: either would see the token."""

    def __init__(self, api: dict[str, Any], poll_seconds: float) -> None:
        url = urlsplit(api["url"])
        self._organisation = f"{url.path.rstrip('/')}/api/v1/orgs/{api['organisation']}"
        self._cluster = api["cluster"]
        self._token = api["token"]
        self._poll_seconds = poll_seconds
        kind: Any = http.client.HTTPConnection
        if url.scheme == "https":
            context = ssl.create_default_context(cadata=api["authority"])
            kind = functools.partial(http.client.HTTPSConnection, context=context)
        self._connect = functools.partial(kind, url.hostname, url.port)

    def certificates(self) -> dict[str, str]:
        query = f"tags=clusterID%3A{self._cluster}&type=pkecert&values=true"
        found = self._ask("GET", f"{self._organisation}/secrets?{query}").json()
        if len(found) != 1:
            raise Failure("the service has no certificates for this cluster")
        return dict(found[0]["values"])

    def claim_leadership(self, name: str, address: str) -> bool:
        """True for the one master that starts the cluster. The same node may claim again."""
        claim = {"hostname": name, "ip": address}
        return self._ask("POST", self._path("pke/leader"), claim, (200, 201, 409)).status != 409

    def leader_known(self) -> bool:
        return self._ask("GET", self._path("pke/leader"), settled=(200, 404)).status == 200

    def control_plane_ready(self) -> bool:
        return bool(self._ask("GET", self._path("pke/ready")).json()["master"]["ready"])

    def keepalived_config(self, interface: str) -> str:
        path = self._path("pke/keepalived?interface=" + quote(interface, safe=""))
        return self._ask("GET", path).body.decode()

    def join_parameters(self) -> dict[str, str]:
        return dict(self._ask("GET", self._path("bootstrap")).json())

    def report_ready(self, body: dict[str, str]) -> None:
        self._ask("POST", self._path("pke/ready"), body, (200, 201, 202, 204))

    def report_status(self, body: dict[str, Any]) -> Answer:
        """One try. Raises OSError or HTTPException when nobody answers."""
        return self._call("POST", self._path("pke/status"), body, STATUS_SECONDS)

    def _path(self, rest: str) -> str:
        return f"{self._organisation}/clusters/{self._cluster}/{rest}"

    def _ask(
        self, method: str, path: str, body: Any = None, settled: Collection[int] = (200,)
    ) -> Answer:
        """Asks until the status is one of `settled`. Raises Refused where waiting is no use."""
        said, waits = "", pauses(self._poll_seconds)
        while True:
            try:
                answer = self._call(method, path, body, REQUEST_SECONDS)
                if answer.status in settled:
                    return answer
                outcome = f"{method} {path}: HTTP {answer.status}"
                if hopeless(method, answer.status):
                    raise Refused(f"refused by the service: {outcome}")
            except (OSError, http.client.HTTPException) as error:
                outcome = f"{method} {path}: {type(error).__name__}"
            if outcome != said:
                say(f"waiting for the service: {outcome}")
            said = outcome
            time.sleep(next(waits))

    def _call(self, method: str, path: str, body: Any, seconds: float) -> Answer:
        headers = {"Authorization": "Bearer " + self._token, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        with contextlib.closing(self._connect(timeout=seconds)) as connection:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(4 * 1024 * 1024))


def hopeless(method: str, status: int) -> bool:
    """A refused GET may be answered later. A POST's 4xx will not change, a bad token never."""
    if method == "POST":
        return 400 <= status < 500 and status not in (408, 425, 429)
    return status in (401, 403)


class Reporter:
    """Tells the service how far the node is. Silence of the service stops nothing."""

    def __init__(self, api: NodeApi, node: dict[str, str]) -> None:
        self._api = api
        self._common = {"name": node["name"], "nodePool": node["pool"]}

    def report(self, phase: str, status: str, message: str, final: bool = False) -> bool:
        """Whether the service has it. Raises Refused when it does not accept the token."""
        text, now = without_secrets(message), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        say(f"{phase}: {text}")
        body: dict[str, Any] = dict(self._common, phase=phase, status=status, message=text)
        body.update(timestamp=now, **({"final": True} if final else {}))
        try:
            answer = self._api.report_status(body)
        except (OSError, http.client.HTTPException) as error:
            say(f"status not delivered: {type(error).__name__}")
            return False
        if answer.status in (401, 403):
            raise Refused(f"the service refused the token: HTTP {answer.status}")
        with contextlib.suppress(ValueError, LookupError, TypeError):
            self._common.setdefault("processId", answer.json()["processId"])
        return answer.status < 500


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def filled(template: str, **values: str) -> str:
    """`template` with each @NAME@ replaced by the value of that name."""
    for name, value in values.items():
        template = template.replace(f"@{name.upper()}@", value)
    return template


class Kubeadm:
    """kubeadm, which must start from nothing: what an earlier run left is undone first."""

    def __init__(self, host: Host, poll_seconds: float) -> None:
        self._host = host
        self._grace = GRACE_POLLS * poll_seconds

    def check_version(self, wanted: str) -> None:
        found = self._host.run("kubeadm", "version", "-o", "short").strip().lstrip("v")
        if found.split(".")[:2] != wanted.split(".")[:2]:
            raise Failure(f"the template carries kubeadm {found}, not {wanted}")

    def done(self) -> bool:
        return self._host.exists(STATE + "kubeadm-done")

    def undo_unfinished(self) -> None:
        if self.done() or not self._host.exists(STATE + "kubeadm-started"):
            return
        action = self._host.read(STATE + "kubeadm-started")
        say(f"undoing the unfinished kubeadm {action}")
        self._host.run("kubeadm", "reset", "--force", seconds=KUBEADM_SECONDS)
        if action == "join":
            time.sleep(self._grace)
        self._host.remove(STATE + "kubeadm-started")

    def run(self, action: str, documents: str, *options: str) -> None:
        self._host.write(KUBEADM_CONFIG, documents)
        self._host.write(STATE + "kubeadm-started", action)
        command = ("kubeadm", action, "--config", self._host.path(KUBEADM_CONFIG), *options)
        self._host.run(*command, seconds=KUBEADM_SECONDS)
        self._host.write(STATE + "kubeadm-done", action)
        self._host.remove(KUBEADM_CONFIG)
        self._host.remove(DISCOVERY)


class Agent:
    def __init__(self, host: Host, config: dict[str, Any]) -> None:
        self._host = host
        self._config = config
        self._node = config["node"]
        self._poll_seconds = float(config["poll_seconds"])
        self._api = NodeApi(config["api"], self._poll_seconds)
        self._reporter = Reporter(self._api, self._node)
        self._kubeadm = Kubeadm(host, self._poll_seconds)

    def run(self) -> int:
        role = self._node["role"]
        try:
            self._reporter.report(role, "running", "starting")
            self._become_ready(role == "master")
            self._reporter.report(role, "finished", "success", final=True)
        except Failure as failure:
            # The token may lose its power as soon as the node is ready.
            if not self._host.exists(STATE + "ready"):
                self._host.write(STATE + "failed", without_secrets(str(failure)))
                self._last_words(role, str(failure))
                return FAILED
        return 0

    def _last_words(self, phase: str, message: str) -> None:
        """Worth some tries: the service replaces the node sooner."""
        for _ in range(5):
            with contextlib.suppress(Refused):
                if self._reporter.report(phase, "failed", message, final=True):
                    return
            time.sleep(self._poll_seconds)

    @contextlib.contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self._reporter.report(name, "running", "starting")
        try:
            yield
        except Failure as failure:
            with contextlib.suppress(Refused):
                self._reporter.report(name, "failed", str(failure))
            raise
        self._reporter.report(name, "finished", "success")

    def _become_ready(self, master: bool) -> None:
        with self._phase("kubernetes-version"):
            self._kubeadm.check_version(self._config["kubernetes"]["version"])
        if not self._kubeadm.done():
            with self._phase("kubernetes-runtime"):
                self._prepare()
            if master:
                with self._phase("pipeline-certificates"):
                    self._write_certificates()
            with self._phase("kubernetes-controlplane" if master else "kubernetes-node"):
                self._start(master)
        with self._phase("pipeline-ready"):
            self._api.report_ready(self._ready_body(master))
            self._host.write(STATE + "ready", "")

    def _prepare(self) -> None:
        self._kubeadm.undo_unfinished()
        # Templates differ in what they need of this; kubeadm's own checks have the last word.
        for command in ("modprobe -a overlay br_netfilter", "sysctl --system", "swapoff -a"):
            with contextlib.suppress(Failure):
                self._host.run(*command.split())
        self._host.run("systemctl", "enable", "kubelet.service")

    def _write_certificates(self) -> None:
        values = self._api.certificates()
        for file in self._config["certificates"]:
            content = filled(file["content"], value=values[file["key"]])
            self._host.write(file["path"], content, int(file["permissions"], 8))

    def _start(self, master: bool) -> None:
        interface, address = self._network()
        leads = master and self._leads(address)
        if self._config["keepalived"]:
            config = self._api.keepalived_config(interface)
            self._host.write("/etc/keepalived/keepalived.conf", config, 0o640)
            self._host.run("systemctl", "enable", "keepalived.service")
            self._host.run("systemctl", "restart", "keepalived.service")
        (self._init if leads else self._join)(address)

    def _init(self, address: str) -> None:
        """With a join token that nobody learns: kubeadm's own would live for a day."""
        token = f"{secrets.token_hex(3)}.{secrets.token_hex(8)}"
        init = filled(self._config["kubeadm"]["init"], address=address, token=token)
        self._kubeadm.run("init", init, "--skip-token-print")

    def _join(self, address: str) -> None:
        given = self._api.join_parameters()
        documents = self._config["kubeadm"]
        authority = base64_of(given["certificateAuthority"])
        server = filled(documents["discovery"], server=given["masterAddress"], authority=authority)
        self._host.write(DISCOVERY, server)
        join = filled(documents["join"], address=address, token=given["token"])
        self._kubeadm.run("join", join)

    def _leads(self, address: str) -> bool:
        """False once another master's API answers. Until then its claim may fall free again."""
        while not self._api.claim_leadership(self._node["name"], address):
            for pause in pauses(self._poll_seconds):
                if self._api.control_plane_ready():
                    return False
                if not self._api.leader_known():
                    break
                time.sleep(pause)
        return True

    def _network(self) -> tuple[str, str]:
        """The NIC that the cluster uses and its own address, waited for."""
        nic, waits = self._config["nic"], pauses(self._poll_seconds)
        while True:
            interface = self._host.interface(nic["mac"])
            address = interface and (nic["address"] or self._leased_address(interface))
            if interface and address:
                return interface, address
            say(f"waiting for an address of {nic['mac']}")
            time.sleep(next(waits))

    def _leased_address(self, interface: str) -> str | None:
        """A floating address is told by its prefix: it has all bits."""
        links = json.loads(self._host.run("ip", "-j", "-4", "addr", "show", "dev", interface))
        addresses = (one for link in links for one in link.get("addr_info", []))
        return next((one["local"] for one in addresses if one["prefixlen"] < 32), None)

    def _ready_body(self, master: bool) -> dict[str, str]:
        body = dict(name=self._node["name"], nodePool=self._node["pool"], ip=self._network()[1])
        if master:
            body["config"] = base64_of(self._host.read("/etc/kubernetes/admin.conf"))
        return body


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes this machine a node of its cluster.")
    parser.add_argument("--root", default="/", help="prefix of every path")
    parser.add_argument("--config", default="/etc/pke-provisioner/agent.json")
    given = parser.parse_args()
    host = Host(given.root)
    for name, status in (("ready", 0), ("failed", FAILED)):
        if host.exists(STATE + name):
            return status
    return Agent(host, json.loads(host.read(given.config))).run()


if __name__ == "__main__":
    sys.exit(main())
