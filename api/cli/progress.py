"""Shows progress in the form that fits who reads: a picture or lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from api.cli.client import Api, Document
from api.cli.following import View, follow, until_over
from api.cli.kinds import kind_of
from api.cli.lines import LineView
from api.cli.live import LiveView
from api.cli.output import Format, console
from api.cli.repairs import Repair


def watch(api: Api, operation: Document, form: Format, timeout: timedelta) -> Document:
    """As `follow`. Beside JSON or YAML the progress goes to standard error."""
    with _view(form) as view:
        return follow(api, operation, view, timeout)


def watch_repair(api: Api, latest: Document, timeout: timedelta) -> None:
    """What goes on although the latest operation is over. Raises as `follow`."""
    how_on = f"go on with: pkectl {kind_of(latest).command} watch {latest['cluster']['name']}"
    with _view(Format.TABLE) as view:
        until_over(Repair(api, latest), view, timeout, how_on)


@contextmanager
def _view(form: Format) -> Iterator[View]:
    screen = console(stderr=form is not Format.TABLE)
    if not screen.is_terminal:
        yield LineView(screen)
        return
    with LiveView(screen) as view:
        yield view
