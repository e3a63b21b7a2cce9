"""Reading a PATCH: a document of what can change, and words for what exists but can't."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.reading import read

D = TypeVar("D", bound=Document)


def read_patch(
    kind: type[D],
    body: object,
    fixed: Sequence[Fault],
    checks: Callable[[D], list[Fault]],
) -> D:
    """Raises InvalidRequest with all faults. `fixed` are those of fields that can't change."""
    rest = _without(body, fixed)
    try:
        change = read(kind, rest, checks)
    except InvalidRequest as err:
        # What is left of a body by our own doing is not blamed.
        found = [] if fixed and not rest else err.faults
        raise InvalidRequest(sorted([*fixed, *found])) from None
    if fixed:
        raise InvalidRequest(sorted(fixed))
    if not change.model_fields_set:
        raise InvalidRequest([Fault("", "names nothing to change")])
    return change


def fixed_fields(
    body: object, whole: type[Document], changeable: type[Document], advice: str
) -> list[Fault]:
    """The fields of `whole` that `body` gives although `changeable` lacks them."""
    names = _aliases(whole) - _aliases(changeable)
    given = body if isinstance(body, dict) else {}
    return [Fault(name, advice) for name in given if name in names]


def _without(body: object, fixed: Sequence[Fault]) -> object:
    if not isinstance(body, dict):
        return body
    paths = {fault.path for fault in fixed}
    return {
        key: {k: v for k, v in value.items() if f"{key}.{k}" not in paths}
        if isinstance(value, dict)
        else value
        for key, value in body.items()
        if key not in paths
    }


def _aliases(kind: type[Document]) -> set[str]:
    return {field.alias or name for name, field in kind.model_fields.items()}
