"""A program that stands in for a private registry: one small image by any name, for one login.

It reads what it serves with from its folder: server.crt, server.key, authorization.
"""

import gzip
import hashlib
import http.server
import io
import json
import re
import ssl
import sys
import tarfile
from pathlib import Path

FOLDER = Path(sys.argv[1])
ADDRESS, PORT = sys.argv[2], 5000
TYPES = "application/vnd.oci.image.{}"


def layer() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("empty"))
    return packed.getvalue()


def described(kind: str, content: bytes) -> dict[str, object]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    blobs[digest] = content
    return {"mediaType": TYPES.format(kind), "digest": digest, "size": len(content)}


def manifest() -> bytes:
    tar = layer()
    roots = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}"]}
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": roots}
    document = {
        "schemaVersion": 2,
        "mediaType": TYPES.format("manifest.v1+json"),
        "config": described("config.v1+json", json.dumps(config).encode()),
        "layers": [described("layer.v1.tar+gzip", gzip.compress(tar, mtime=0))],
    }
    return json.dumps(document).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers["Authorization"] != authorization:
            self._answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="private"'})
        elif "/manifests/" in self.path:
            digest = {"Docker-Content-Digest": described("manifest.v1+json", image)["digest"]}
            self._answer(200, image, digest | {"Content-Type": TYPES.format("manifest.v1+json")})
        elif blob := re.search(r"/blobs/(sha256:\w+)", self.path):
            self._answer(200, blobs[blob.group(1)], {})
        else:
            self._answer(200, b"{}", {})

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes, headers: dict[str, object]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


blobs: dict[str, bytes] = {}
image = manifest()
authorization = (FOLDER / "authorization").read_text()
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(FOLDER / "server.crt", FOLDER / "server.key")
server = http.server.ThreadingHTTPServer((ADDRESS, PORT), Handler)
server.socket = tls.wrap_socket(server.socket, server_side=True)
(FOLDER / "serving").touch()
server.serve_forever()
