"""The guests' own HTTP interface on loopback: their programs ask it, and tests break things."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from lab.guests.misbehaviour import Misbehaviour, Rule
from lab.guests.standin.result import Result

HOST = "127.0.0.1"


class ShownRunner(Protocol):
    def guests(self) -> list[dict[str, str]]:
        """Name, moref, address, state and the like of every guest with a disk."""
        ...


class ProgramRunner(ShownRunner, Protocol):
    def run_program(self, moref: str, name: str, arguments: list[str]) -> Result: ...


class ControlApi:
    """GET /guests | GET, POST, DELETE /faults | POST /programs (for the guests themselves).

    `shown` runs the guests, `programs` those whose programs ask here, if there are such.
    """

    def __init__(self, misbehaviour: Misbehaviour, port: int = 0) -> None:
        self._misbehaviour = misbehaviour
        self.shown: ShownRunner | None = None
        self.programs: ProgramRunner | None = None
        self._server = ThreadingHTTPServer((HOST, port), _handler(self.answer))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, path: str, body: Any) -> Any:
        """Raises LookupError, TypeError or ValueError for requests that make no sense."""
        return {
            ("GET", "/guests"): self._guests,
            ("GET", "/faults"): lambda _: self._misbehaviour.as_document(),
            ("POST", "/faults"): lambda rule: self._misbehaviour.add(Rule(**rule)),
            ("DELETE", "/faults"): lambda _: self._misbehaviour.clear(),
            ("POST", "/programs"): self._run_program,
        }[method, path](body)

    def _guests(self, _: Any) -> list[dict[str, str]]:
        return self.shown.guests() if self.shown else []

    def _run_program(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.programs is None:
            raise LookupError("no stand-in guests are run")
        program, arguments = asked["program"], asked["arguments"]
        return asdict(self.programs.run_program(asked["guest"], program, arguments))


def _handler(answer: Callable[[str, str, Any], Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(size) or b"null")
            try:
                status, document = 200, answer(self.command, self.path, body)
            except (LookupError, TypeError, ValueError) as error:
                status, document = 400, {"error": str(error)}
            self._send(status, json.dumps(document).encode())

        def _send(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Requests of programs would fill the log."""

    return Handler
