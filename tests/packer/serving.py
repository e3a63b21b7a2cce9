"""What image scripts fetch from, on this machine's loopback."""

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lab.guestos.repository_server import server

_OCI = "application/vnd.oci.image.{}+{}"
_MANIFEST = _OCI.format("manifest.v1", "json")


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """The URL of a folder."""
    with _running(server((root,), "127.0.0.1", 0)) as port:
        yield f"http://127.0.0.1:{port}"


class Registry:
    """One small image by each name and tag; it remembers what was asked for."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}
        self._tags: dict[str, str] = {}
        self.asked: list[str] = []

    def put(self, image: str) -> str:
        """Under name:tag; again: another one. Its digest."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as layer:
            layer.addfile(tarfile.TarInfo(f"{image}-{len(self._content)}".replace("/", "-")))
        tar = packed.getvalue()
        roots = {"type": "layers", "diff_ids": [_digest(tar)]}
        config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": roots}
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": self._described(("config.v1", "json"), json.dumps(config).encode()),
            "layers": [self._described(("layer.v1.tar", "gzip"), gzip.compress(tar, mtime=0))],
        }
        digest = str(
            self._described(("manifest.v1", "json"), json.dumps(manifest).encode())["digest"]
        )
        self._tags[image] = digest
        return digest

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its host and port."""
        found = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found.asked.append(self.path)
                name, _, reference = self.path.removeprefix("/v2/").rpartition("/")
                digest = found._tags.get(
                    f"{name.removesuffix('/manifests')}:{reference}", reference
                )
                content = found._content.get(digest, b"")
                self.send_response(200 if content or self.path == "/v2/" else 404)
                self.send_header("Content-Type", _MANIFEST)
                self.send_header("Docker-Content-Digest", digest)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            def do_HEAD(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Silent."""

        with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
            yield f"localhost:{port}"

    def _described(self, kind: tuple[str, str], content: bytes) -> dict[str, object]:
        digest = _digest(content)
        self._content[digest] = content
        return {"mediaType": _OCI.format(*kind), "digest": digest, "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def _running(listening: ThreadingHTTPServer) -> Iterator[int]:
    with listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield listening.server_port
        finally:
            listening.shutdown()
            thread.join()
