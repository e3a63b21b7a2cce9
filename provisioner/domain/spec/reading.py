"""From a JSON body to a document, naming every fault at once.

Checks across fields need a whole document. So that one mistyped field does not hide them, faulty
fields are replaced by samples, the checks run, and what they say about a sample is left out.
"""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.document import Document

D = TypeVar("D", bound=Document)
Location = tuple[int | str, ...]
_ROUNDS = 8


def read(kind: type[D], body: object, checks: Callable[[D], list[Fault]]) -> D:
    """Raises InvalidRequest with the faults of the fields and of the document as a whole."""
    try:
        document = kind.model_validate(body)
    except ValidationError as err:
        details = err.errors(include_url=False)
        faults = [Fault(_path(one["loc"]), _advice(one)) for one in details]
        raise InvalidRequest(sorted(faults + _further(kind, body, details, checks))) from None
    if faults := checks(document):
        raise InvalidRequest(sorted(faults))
    return document


def _further(
    kind: type[D], body: object, details: list[ErrorDetails], checks: Callable[[D], list[Fault]]
) -> list[Fault]:
    """Faults across fields, as far as the sound fields tell."""
    replaced: list[Location] = []
    patched = copy.deepcopy(body)
    for _ in range(_ROUNDS):
        if not all(_replace(patched, one) for one in details):
            return []
        replaced += [one["loc"] for one in details]
        try:
            document = kind.model_validate(patched)
        except ValidationError as err:
            details = err.errors(include_url=False)
            continue
        doubtful = {_path(location) for location in replaced}
        return [fault for fault in checks(document) if not _concerns(fault, doubtful)]
    return []


def _concerns(fault: Fault, doubtful: set[str]) -> bool:
    return any(
        fault.path == path or fault.path.startswith(path + ".") or path.startswith(fault.path + ".")
        for path in doubtful
    )


SAMPLES: dict[str, object] = {
    "name": "sample",
    "vcenter": "sample",
    "version": "1.35.0",
    "template": "sample",
    "datacenter": "sample",
    "networks": [{"name": "sample"}],
    "kubernetes": {"version": "1.35.0"},
    "endpoint": {},
    "controlPlane": {"template": "sample"},
    "placement": {"datacenter": "sample", "networks": [{"name": "sample"}]},
    "ranges": ["192.0.2.1-192.0.2.254"],
    "prefixLength": 24,
    "key": "sample",
    "effect": "NoSchedule",
    "size": 1,
}


def _replace(body: Any, error: ErrorDetails) -> bool:
    """Puts a sample where `error` points to, or removes the field. False: nothing there to mend."""
    location = error["loc"]
    if not location:
        return False
    holder = body
    for step in location[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return False
    return _mend(holder, location[-1])


def _mend(holder: Any, last: int | str) -> bool:
    if isinstance(holder, dict) and last in SAMPLES:
        holder[str(last)] = copy.deepcopy(SAMPLES[str(last)])
    elif isinstance(holder, dict):
        holder.pop(last, None)
    elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = copy.deepcopy(holder[0]) if last else None
    else:
        return False
    return True


def _path(location: Location) -> str:
    return ".".join(str(step) for step in location if step != "[key]")


def _advice(error: ErrorDetails) -> str:
    advice = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "is not a known field; remove it or check its spelling"
    if error["type"] == "missing":
        return "is missing"
    return advice[:1].lower() + advice[1:]
