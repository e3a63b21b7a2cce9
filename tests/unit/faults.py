"""What reading a document finds, for tests of what is said about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.reading import read

Path = tuple[str | int, ...]


def faults_of(body: object) -> list[Fault]:
    try:
        read(ClusterSpec, body, check)
    except InvalidRequest as err:
        return err.faults
    return []


def paths_of(body: object) -> list[str]:
    return [fault.path for fault in faults_of(body)]


def advice_at(path: str, body: object) -> str:
    """All that is said about one field; empty when it is sound."""
    return "; ".join(fault.message for fault in faults_of(body) if fault.path == path)


def fields(body: Any, path: Path = ()) -> Iterator[Path]:
    """Every place within a document."""
    inner = dict(enumerate(body)) if isinstance(body, list) else body
    for step, value in inner.items() if isinstance(inner, Mapping) else ():
        yield (*path, step)
        yield from fields(value, (*path, step))


def holder_of(body: Any, path: Path) -> Any:
    for step in path[:-1]:
        body = body[step]
    return body


def dotted(path: Path) -> str:
    return ".".join(map(str, path))
