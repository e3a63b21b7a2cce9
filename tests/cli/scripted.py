"""An API that answers what a test wrote down, and remembers what it was asked."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Any]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Script:
    """Answers by "METHOD /path": one after the other, the last one for ever."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, request: str, *answers: Answer) -> None:
        self.answers[request] = list(answers)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answers = self.answers.get(f"{asked.method} {asked.path}")
        if not answers:
            return problem(404, f"there is no {asked.path}")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def last(self, method: str) -> Asked:
        return next(one for one in reversed(self.asked) if one.method == method)


class Events(tuple[str, ...]):
    """An answer that is a stream of Server-Sent Events."""


def problem(status: int, detail: str, **more: Any) -> Answer:
    return status, {"type": "about:blank", "status": status, "detail": detail, **more}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def answer(self) -> None:
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(text) if text else None
        asked = Asked(
            self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body
        )
        status, answer = self.script.answer(asked)
        if answer is None and status == 0:
            self.close_connection = True
            return
        self._send(status, answer)

    def _send(self, status: int, answer: Any) -> None:
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        if isinstance(answer, Events):
            content = "".join(answer).encode()
        if status == 204:
            content = b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if isinstance(answer, Events):
            self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


HANG_UP: Answer = (0, None)


class ScriptedApi:
    def __init__(self) -> None:
        self.script = Script()
        methods = {f"do_{method}": _Handler.answer for method in METHODS}
        handler = type("Handler", (_Handler,), {"script": self.script} | methods)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
