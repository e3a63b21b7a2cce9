"""What of a document is new: so that the whole document can be edited and sent again.

Of a cluster only fields that may change are compared exactly. The others are sent only when they
contradict the cluster, for the API to say why they can't be changed.
"""

from typing import Any

CHANGEABLE = ("sshKeys", "proxy", "trustedCAs", "loadBalancerRanges")
# Some fields of which may change.
PARTS = ("controlPlane", "endpoint")


def changes(present: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The body of a PATCH that makes `wanted` of `present`; empty when nothing is new."""
    found = {}
    for field, value in wanted.items():
        known = present.get(field)
        if field in CHANGEABLE:
            if _bare(value) != _bare(known):
                found[field] = value
        elif field in PARTS and isinstance(value, dict) and isinstance(known, dict):
            if new := {key: one for key, one in value.items() if not covers(known.get(key), one)}:
                found[field] = new
        elif not covers(known, value):
            found[field] = value
    return found


def replaced(present: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The body of a PATCH whose fields take the place of the present ones as a whole."""
    return {
        field: value for field, value in wanted.items() if _bare(value) != _bare(present.get(field))
    }


def covers(present: Any, wanted: Any) -> bool:
    """Whether `present` says all that `wanted` says; it may say more, such as defaults."""
    if isinstance(present, dict) and isinstance(wanted, dict):
        return all(covers(present.get(key), value) for key, value in wanted.items())
    if isinstance(present, list) and isinstance(wanted, list):
        return len(present) == len(wanted) and all(map(covers, present, wanted))
    return bool(present == wanted)


def _bare(value: Any) -> Any:
    """Without what means the same as being left out."""
    if isinstance(value, dict):
        kept = {key: _bare(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one is not None} or None
    return value or None
