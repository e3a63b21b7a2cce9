"""Serves package repositories over HTTP: `python -m lab.guestos.repository_server`."""

import argparse
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CLIENT_SECONDS = 60.0


class RepositoryHandler(SimpleHTTPRequestHandler):
    """Looks for a path in each of its document roots, so that several releases are one server."""

    protocol_version = "HTTP/1.1"
    timeout = CLIENT_SECONDS

    def __init__(self, roots: tuple[Path, ...], *args: Any) -> None:
        self._roots = roots
        super().__init__(*args, directory=str(roots[0]))

    def translate_path(self, path: str) -> str:
        below = Path(super().translate_path(path)).relative_to(self.directory)
        found = (root / below for root in self._roots if (root / below).exists())
        return str(next(found, self._roots[0] / below))


def server(roots: tuple[Path, ...], host: str, port: int) -> ThreadingHTTPServer:
    """Listening, not yet serving; port 0 takes a free one."""
    return ThreadingHTTPServer((host, port), partial(RepositoryHandler, roots))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m lab.guestos.repository_server",
        description="Serves the lab's package repositories over HTTP.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0: a free one")
    parser.add_argument("root", type=Path, nargs="+", help="document root; the first hit counts")
    options = parser.parse_args()
    with server(tuple(options.root), options.host, options.port) as listening:
        print(f"http://{options.host}:{listening.server_port}/", flush=True)
        listening.serve_forever()


if __name__ == "__main__":
    main()
