"""A program that stands in for a master's kube-apiserver and the etcd member behind it.

Like those it is alive only while a majority of the members (/run/etcd-members, an address a line)
answers: a master cut off from the others can't serve. Any other path says who answered.
"""

import contextlib
import http.server
import os
import socket
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

API_PORT, MEMBER_PORT = 6443, 2380
REQUEST_SECONDS = 0.5


def has_quorum() -> bool:
    members = Path("/run/etcd-members").read_text().split()
    pool = ThreadPoolExecutor(len(members))
    try:
        asked = [pool.submit(answers, member) for member in members]
        reached = 0
        for one in as_completed(asked):
            reached += one.result()
            if 2 * reached > len(members):
                return True
        return False
    finally:
        pool.shutdown(wait=False)


def answers(member: str) -> bool:
    try:
        socket.create_connection((member, MEMBER_PORT), REQUEST_SECONDS).close()
    except OSError:
        return False
    return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_GET(self) -> None:
        dead = self.path == "/livez" and not has_quorum()
        body = b"etcd failed\n" if dead else sys.argv[1].encode() + b"\n"
        self.send_response(500 if dead else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


class Server(http.server.ThreadingHTTPServer):
    """Shakes hands in the connection's own thread, so that nobody who stalls stops it."""

    address_family = socket.AF_INET6
    daemon_threads = True
    request_queue_size = 128

    def finish_request(self, request, address) -> None:
        request.settimeout(5)
        with contextlib.suppress(OSError), tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, address)


def answer_members() -> None:
    with socket.create_server(
        ("::", MEMBER_PORT), family=socket.AF_INET6, dualstack_ipv6=True
    ) as door:
        while True:
            door.accept()[0].close()


tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver.key")
threading.Thread(target=answer_members, daemon=True).start()
server = Server(("::", API_PORT), Handler)
Path("/run/apiserver.pid").write_text(str(os.getpid()))
server.serve_forever()
