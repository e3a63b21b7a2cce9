"""How facts are spelt for people: times, ages, and text that others wrote."""

import re
from datetime import UTC, datetime, timedelta

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DURATION = re.compile(r"(\d+)\s*([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def clean(text: object) -> str:
    """Without control characters: a node's log lines must not drive the reader's terminal."""
    return "" if text is None else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock(text: str | None) -> str:
    """Local time of day; with the date when it is not today's."""
    if not text:
        return ""
    at = moment(text).astimezone()
    today = at.date() == datetime.now().astimezone().date()
    return at.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S")


def age(text: str | None, now: datetime | None = None) -> str:
    """`45s`, `12m`, `3h20m`, `9d`."""
    return span((now or datetime.now(UTC)) - moment(text)) if text else ""


def span(passed: timedelta) -> str:
    seconds = max(0, int(passed.total_seconds()))
    if seconds < 120:
        return f"{seconds}s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes}m"
    hours = minutes // 60
    return f"{hours}h{minutes % 60}m" if hours < 48 else f"{hours // 24}d"


def duration(text: str) -> timedelta:
    """`90`, `90s`, `30m` or `2h`. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a duration; write 90s, 30m or 2h")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
