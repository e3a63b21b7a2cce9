"""The loopback addresses that the demo's cluster listens on: one demo at a time can have them."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import yaml

from lab.ports import is_free

KUBERNETES_PORT = 6443


def first_taken(document: Path) -> str | None:
    """The first of the document's VIP and masters' addresses on which somebody listens already."""
    return next((one for one in _addresses(document) if not is_free(one, KUBERNETES_PORT)), None)


def advice(taken: str) -> str:
    return (
        f"Nothing was started: the demo needs {taken}:{KUBERNETES_PORT}, and that is in use.\n"
        "If a stack of `make up` runs, end it with `make down`; if another demo, let it end.\n"
        f"Otherwise `ss -ltnp 'sport = :{KUBERNETES_PORT}'` says who it is."
    )


def _addresses(document: Path) -> Iterator[str]:
    cluster = yaml.safe_load(document.read_text())
    yield cluster["endpoint"]["vip"]
    for span in cluster["controlPlane"]["addresses"]["ranges"]:
        first, last = (int(IPv4Address(end)) for end in span.split("-"))
        yield from (str(IPv4Address(number)) for number in range(first, last + 1))
