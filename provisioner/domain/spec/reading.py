"""From a JSON body to a document, naming every fault at once.

Checks across fields need a whole document. So that one mistyped field does not hide them, faulty
fields are replaced by samples, the checks run, and what they say about a sample is left out.
"""

import json
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.mending import MendedBody, path_of

D = TypeVar("D", bound=Document)
# Mending one fault can bring another to light.
_ROUNDS = 8


def read(kind: type[D], body: object, checks: Callable[[D], list[Fault]]) -> D:
    """Raises InvalidRequest with the faults of the fields and of the document as a whole."""
    try:
        document = _validated(kind, body)
    except ValidationError as err:
        details = err.errors(include_url=False)
        faults = [Fault(path_of(one["loc"]), _advice(one)) for one in details]
        raise InvalidRequest(sorted(faults + _further(kind, body, details, checks))) from None
    if faults := checks(document):
        raise InvalidRequest(sorted(faults))
    return document


def _validated(kind: type[D], body: object) -> D:
    """As JSON and strictly: no number for a text, no text for a number, no Python names."""
    return kind.model_validate_json(json.dumps(body), strict=True, by_alias=True, by_name=False)


def _further(
    kind: type[D], body: object, details: list[ErrorDetails], checks: Callable[[D], list[Fault]]
) -> list[Fault]:
    """Faults across fields, as far as the sound fields tell."""
    mended = MendedBody(body)
    for _ in range(_ROUNDS):
        mended.mend(details)
        try:
            document = _validated(kind, mended.body)
        except ValidationError as err:
            details = err.errors(include_url=False)
            continue
        return [
            fault for fault in checks(document) if not any(map(fault.concerns, mended.doubtful))
        ]
    return []


def _advice(error: ErrorDetails) -> str:
    advice = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "is not a known field; remove it or check its spelling"
    if error["type"] == "missing":
        return "is missing"
    return advice[:1].lower() + advice[1:]
