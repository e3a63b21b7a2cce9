"""From a JSON body to a document, naming every fault at once.

Checks across fields need a whole document. So that one mistyped field does not hide them, faulty
fields are replaced by samples, the checks run, and what they say about a sample is left out.
"""

import json
from collections.abc import Callable
from ipaddress import AddressValueError
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.document import IN_WORDS, Document
from provisioner.domain.spec.mending import MendedBody, path_of

D = TypeVar("D", bound=Document)
# Mending one fault can bring another to light.
_ROUNDS = 8


def read(kind: type[D], body: object, checks: Callable[[D], list[Fault]]) -> D:
    """Raises InvalidRequest with the faults of the fields and of the document as a whole."""
    try:
        document = _validated(kind, body)
    except ValidationError as err:
        details = _details(err)
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
            details = _details(err)
            continue
        return [
            fault for fault in checks(document) if not any(map(fault.concerns, mended.doubtful))
        ]
    return []


def _details(err: ValidationError) -> list[ErrorDetails]:
    """Without lists found too short only because their faulty items were not counted."""
    found = err.errors(include_url=False)
    holders = {one["loc"][:end] for one in found for end in range(len(one["loc"]))}
    return [one for one in found if one["type"] != "too_short" or one["loc"] not in holders]


def _advice(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    if isinstance(limits.get("error"), AddressValueError):
        return _no_ipv4(str(error["input"]))
    whole, shortest = "must be a whole number", limits.get("min_length")
    known = {
        "int_type": whole,
        "int_parsing": whole,
        "int_from_float": whole,
        "string_type": "must be a text",
        "bool_type": "must be true or false",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "dict_type": "must be an object with fields",
        "model_type": "must be an object with fields",
        "greater_than_equal": f"must be at least {limits.get('ge')}",
        "less_than_equal": f"must be at most {limits.get('le')}",
        "string_too_short": "must not be empty" if shortest == 1 else f"too short: {shortest}",
        "string_too_long": f"must have at most {limits.get('max_length')} characters",
        "extra_forbidden": "is not a known field; remove it or check its spelling",
        "missing": "is missing",
        "too_short": f"needs at least {limits.get('min_length')}",
        "too_long": f"takes at most {limits.get('max_length')}",
        "string_pattern_mismatch": IN_WORDS.get(limits.get("pattern", ""), error["msg"]),
    }
    advice = error["msg"].removeprefix("Value error, ")
    return known.get(error["type"], advice[:1].lower() + advice[1:])


def _no_ipv4(text: str) -> str:
    if ":" in text:
        return "is IPv6, and documents take IPv4 alone; write it like 10.0.0.10"
    return "is not an IPv4 address; write it like 10.0.0.10"
