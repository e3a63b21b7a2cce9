"""Progress as lines, for pipes and logs: each change once."""

from rich.console import Console

from api.cli.client import Document
from api.cli.following import Picture, lasted
from api.cli.words import clean, clock


class LineView:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._known: dict[str, str] = {}

    def draw(self, picture: Picture) -> None:
        for event in picture.events:
            self._print(clock(event["at"]), _event(event))
        operation = picture.operation
        for step in operation["steps"]:
            text = f"{step['name']}: {step['state']} {step['percent']}%  {step['detail']}".rstrip()
            self._changed(f"step {step['name']}", text, operation)
        if picture.over:
            text = f"{operation['kind']} {operation['state']} after {lasted(operation)}"
            self._changed("end", text, operation)

    def remark(self, text: str) -> None:
        self._console.print(clean(text))

    def _changed(self, key: str, text: str, operation: Document) -> None:
        if self._known.get(key) != text:
            self._known[key] = text
            self._print(f"{operation['percent']:>7}%", text)

    def _print(self, lead: str, text: str) -> None:
        self._console.print(f"{lead:>8}  {clean(text)}")


def _event(event: Document) -> str:
    mark = "! " if event["type"] == "Warning" else ""
    return f"{mark}{event['reason']}: {event['message']}"
