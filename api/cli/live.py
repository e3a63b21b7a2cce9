"""Progress as a picture that is drawn over itself, for terminals."""

from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from api.cli.client import Document
from api.cli.cluster_tables import step_of
from api.cli.following import Picture, lasted
from api.cli.output import coloured, table
from api.cli.words import age, clean, clock

EVENTS = 6
NODES = 12
BAR_WIDTH = 30


class LiveView:
    def __init__(self, console: Console) -> None:
        self._events: list[Document] = []
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> "LiveView":
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def draw(self, picture: Picture) -> None:
        self._events = (self._events + picture.events)[-EVENTS:]
        self._live.update(render(picture, self._events), refresh=True)

    def remark(self, text: str) -> None:
        self._live.console.print(Text(clean(text), style="yellow"))


def render(picture: Picture, events: list[Document]) -> RenderableType:
    parts: list[RenderableType] = [_heading(picture), _steps(picture.operation["steps"])]
    if picture.nodes:
        parts += [Text(), _nodes(picture.nodes)]
    if events:
        parts += [Text(), _events(events)]
    return Group(*parts)


def _heading(picture: Picture) -> Text:
    operation, cluster = picture.operation, picture.cluster
    text = Text.assemble((clean(operation["cluster"]["name"]), "bold"), "  ")
    if cluster:
        text.append_text(coloured(cluster["status"]))
        if counts := cluster.get("nodes"):
            text.append(f"  {counts['ready']}/{counts['total']} nodes ready")
    text.append(f"  {operation['kind']} ")
    text.append_text(coloured(operation["state"]))
    return text.append(f" {operation['percent']}% after {lasted(operation)}")


def _steps(steps: list[Document]) -> Table:
    found = Table(box=None, pad_edge=False, show_header=False)
    for step in steps:
        bar = ProgressBar(total=100, completed=step["percent"], width=BAR_WIDTH)
        done = Text(f"{step['percent']}%", justify="right")
        found.add_row(coloured(step["name"]), bar, done, clean(step["detail"]))
    return found


def _nodes(nodes: list[Document]) -> RenderableType:
    """Those at work first: ready ones are the least news."""
    ordered = sorted(nodes, key=lambda node: (node["phase"] == "ready", node["name"]))
    shown = table(
        ordered[:NODES],
        (
            ("NODE", lambda node: node["name"]),
            ("STEP", step_of),
            ("SINCE", lambda node: age(node["since"])),
            ("ADDRESS", lambda node: node["address"]),
            ("PROBLEM", lambda node: node["failure"] or node["problem"]),
        ),
    )
    rest = len(nodes) - NODES
    return Group(shown, Text(f"... and {rest} more", style="dim")) if rest > 0 else shown


def _events(events: list[Document]) -> Group:
    return Group(*(_event(event) for event in events))


def _event(event: Document) -> Text:
    style = "yellow" if event["type"] == "Warning" else ""
    text = Text(no_wrap=True, overflow="ellipsis").append(f"{clock(event['at'])}  ", "dim")
    return text.append(clean(f"{event['reason']}: {event['message']}"), style)
