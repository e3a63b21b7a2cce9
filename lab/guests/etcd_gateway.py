"""etcd's JSON gateway as far as members are concerned, for masters that run no etcd."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lab.guests.kubernetes_api import ServerTls
from provisioner.domain.etcd_clusters import CLIENT_PORT, PEER_PORT
from provisioner.tls import load_key_pair

# gRPC's codes, which the gateway answers with.
NOT_FOUND, UNAVAILABLE = 5, 14
Answer = tuple[int, dict[str, Any]]


@dataclass
class EtcdMembers:
    """Who is a member, and who of them runs. Safe for several threads.

    A member stays one until it is removed, whatever becomes of its machine.
    """

    addresses: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def start(self, name: str, address: str) -> None:
        with self.lock:
            self.addresses[name] = address
            self.running.add(name)

    def stop(self, name: str) -> None:
        with self.lock:
            self.running.discard(name)

    def listed(self) -> Answer:
        with self.lock:
            if not self._decide():
                return _lost()
            members = [_member(*one) for one in sorted(self.addresses.items())]
            return 200, {"members": members}

    def remove(self, member_id: str) -> Answer:
        with self.lock:
            if not self._decide():
                return _lost()
            name = next((name for name in self.addresses if _id(name) == member_id), None)
            if name is None:
                return 404, {"code": NOT_FOUND, "message": "etcdserver: member not found"}
            del self.addresses[name]
            self.running.discard(name)
            return 200, {"members": [_member(*one) for one in sorted(self.addresses.items())]}

    def health(self, name: str) -> Answer:
        with self.lock:
            if name in self.addresses and self._decide():
                return 200, {"health": "true"}
            return 503, {"health": "false", "reason": "RAFT NO LEADER"}

    def _decide(self) -> bool:
        return len(self.running & set(self.addresses)) > len(self.addresses) // 2


class EtcdGateway:
    """One member's door. Client certificates of the etcd authority open it, as etcd's."""

    def __init__(self, members: EtcdMembers, name: str, address: str, tls: ServerTls) -> None:
        """Raises OSError when the address is taken."""
        self._server = _Server((address, CLIENT_PORT), _handler(members, name), _context(tls))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        context: ssl.SSLContext,
    ) -> None:
        super().__init__(address, handler)
        # Whoever calls shakes hands in a thread of its own.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, *_: object) -> None:
        """Whose certificate does not fit is told so by TLS."""


def _handler(members: EtcdMembers, name: str) -> type[BaseHTTPRequestHandler]:
    methods: dict[str, Callable[[dict[str, Any]], Answer]] = {
        "/v3/cluster/member/list": lambda _: members.listed(),
        "/v3/cluster/member/remove": lambda body: members.remove(str(body["ID"])),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*members.health(name))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            method = methods.get(self.path)
            unknown = (404, {"code": NOT_FOUND, "message": "Not Found"})
            self._answer(*(method(json.loads(body)) if method else unknown))

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _lost() -> Answer:
    return 503, {"code": UNAVAILABLE, "message": "etcdserver: no leader"}


def _member(name: str, address: str) -> dict[str, Any]:
    return {
        "ID": _id(name),
        "name": name,
        "peerURLs": [f"https://{address}:{PEER_PORT}"],
        "clientURLs": [f"https://{address}:{CLIENT_PORT}"],
    }


def _id(name: str) -> str:
    return str(int.from_bytes(name.encode()[-8:], "big"))


def _context(tls: ServerTls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_key_pair(context, tls.certificate, tls.private_key)
    context.load_verify_locations(cadata=tls.client_authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
