"""Names within a load balancer's document."""

from collections.abc import Iterable, Iterator

from provisioner.domain.faults import Fault


def repeated(names: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    """Of names with their fields: a fault for each that came before."""
    seen: dict[str, str] = {}
    for path, name in names:
        if name in seen:
            advice = f"{name!r} is the name of another one; choose another name"
            yield Fault(path, advice, rests_on=(path, seen[name]))
        seen.setdefault(name, path)


def unknown(path: str, name: str, known: Iterable[str], holder: str) -> Iterator[Fault]:
    """`holder`: the field whose items have the names."""
    names = sorted(set(known))
    if name not in names:
        advice = f"{name!r} is none of {holder}: {', '.join(names) or 'there is none'}"
        yield Fault(path, advice, rests_on=(path, holder))
