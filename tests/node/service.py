"""A node API that says what a test tells it to, and remembers what it was asked."""

import json
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from lab.waiting import wait_until

ORGANISATION, CLUSTER = 7, 42
ANSWER_SECONDS = 90.0

BOOTSTRAP_TOKEN = "abcdef.0123456789abcdef"
AUTHORITY = "-----BEGIN CERTIFICATE-----\nc2VydmVy\n-----END CERTIFICATE-----\n"
PRIVATE = "-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n"
ENCRYPTION_KEY = "c2l4dGVlbiBieXRlcyBvZiBub3RoaW5nIGF0IGFsbCE="
CERTIFICATES = {
    "kubernetesCaCert": AUTHORITY,
    "kubernetesCaKey": PRIVATE.format("MHcCAQEEIKube"),
    "etcdCaCert": AUTHORITY,
    "etcdCaKey": PRIVATE.format("MHcCAQEEIEtcd"),
    "frontProxyCaCert": AUTHORITY,
    "frontProxyCaKey": PRIVATE.format("MHcCAQEEIFront"),
    "saPub": "-----BEGIN PUBLIC KEY-----\nsa\n-----END PUBLIC KEY-----\n",
    "saKey": PRIVATE.format("MHcCAQEEIAccount"),
    "enc": ENCRYPTION_KEY,
}
JOIN = {
    "token": BOOTSTRAP_TOKEN,
    "discoveryTokenCaCertHash": "sha256:" + "0" * 64,
    "masterAddress": "10.0.0.100:6443",
    "certificateAuthority": AUTHORITY,
}
KEEPALIVED = "global_defs {\n}\n"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def name(self) -> str:
        """Method and last part of the path, such as `POST leader`."""
        return f"{self.method} {urlsplit(self.path).path.rsplit('/', 1)[-1]}"


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def certificates(values: dict[str, str]) -> Reply:
    return Reply(200, [{"id": "1", "name": "c1", "type": "pkecert", "values": values}])


def usual_replies() -> dict[str, list[Reply]]:
    return {
        "POST status": [Reply(202, {"processId": "p-1"})],
        "POST leader": [Reply(201, {})],
        "GET leader": [Reply(200, {"hostname": "another", "ip": "10.0.0.12"})],
        "GET ready": [Reply(200, {"master": {"ready": True}})],
        "POST ready": [Reply(200, {})],
        "GET bootstrap": [Reply(200, JOIN)],
        "GET secrets": [certificates(CERTIFICATES)],
        "GET keepalived": [Reply(text=KEEPALIVED)],
    }


class ScriptedService:
    """`replies[name]` are given in turn, the last one for ever."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.replies = usual_replies()
        self._held: dict[str, threading.Event] = defaultdict(threading.Event)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> "ScriptedService":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for held in self._held.values():
            held.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/pipeline"

    def names(self) -> list[str]:
        return [call.name for call in self.calls]

    def statuses(self) -> list[tuple[str, str]]:
        bodies = [call.body for call in self.calls if call.name == "POST status"]
        return [(body["phase"], body["status"]) for body in bodies]

    def last(self, name: str) -> Call:
        return [call for call in self.calls if call.name == name][-1]

    def hold(self, name: str) -> None:
        """Leaves the next call of this name without an answer until `release`."""
        self._held[name] = threading.Event()

    def release(self, name: str) -> None:
        self._held.pop(name).set()

    def wait_for(self, name: str, times: int = 1) -> None:
        assert wait_until(lambda: self.names().count(name) >= times, ANSWER_SECONDS), self.names()

    def answer(self, call: Call) -> Reply:
        with self._lock:
            self.calls.append(call)
            replies = self.replies[call.name]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            held = self._held.get(call.name)
        if held is not None:
            held.wait(ANSWER_SECONDS)
        return reply

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(None)

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                self._reply(json.loads(self.rfile.read(size)))

            def _reply(self, body: Any) -> None:
                call = Call(self.command, self.path, dict(self.headers.items()), body)
                reply = service.answer(call)
                data = reply.text or ("" if reply.body is None else json.dumps(reply.body))
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data.encode())
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler
