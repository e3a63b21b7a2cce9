"""Shows an operation's progress in the form that fits who reads: a picture or lines."""

from datetime import timedelta

from api.cli.client import Api, Document
from api.cli.following import follow
from api.cli.lines import LineView
from api.cli.live import LiveView
from api.cli.output import Format, console


def watch(api: Api, operation: Document, form: Format, timeout: timedelta) -> Document:
    """As `follow`. Beside JSON or YAML the progress goes to standard error."""
    screen = console(stderr=form is not Format.TABLE)
    if not screen.is_terminal:
        return follow(api, operation, LineView(screen), timeout)
    with LiveView(screen) as view:
        return follow(api, operation, view, timeout)
