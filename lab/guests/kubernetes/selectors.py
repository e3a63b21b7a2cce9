"""Label and field selectors: equality and inequality, all that our clients use."""

from typing import Any


def matches(found: dict[str, Any], fields: str, labels: str) -> bool:
    return all(_holds(term, _field(found, term)) for term in _terms(fields)) and all(
        _holds(term, _label(found, term)) for term in _terms(labels)
    )


def _terms(selector: str) -> list[str]:
    return [term.replace("==", "=") for term in selector.split(",") if term]


def _key(term: str) -> str:
    return term.partition("=")[0].rstrip("!").strip()


def _holds(term: str, actual: str | None) -> bool:
    left, equals, wanted = term.partition("=")
    if not equals:
        return actual is not None
    if left.endswith("!"):
        return actual != wanted.strip()
    return (actual or "") == wanted.strip()


def _label(found: dict[str, Any], term: str) -> str | None:
    value = found["metadata"].get("labels", {}).get(_key(term))
    return None if value is None else str(value)


def _field(found: dict[str, Any], term: str) -> str | None:
    value: Any = found
    for part in _key(term).split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return None if value is None else str(value)
