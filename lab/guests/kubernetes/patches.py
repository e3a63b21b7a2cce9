"""Merge patches and server-side apply, as far as one manager per object needs them."""

import copy
from typing import Any

from lab.guests.kubernetes.errors import ApiError

MERGE_TYPES = {"application/merge-patch+json", "application/strategic-merge-patch+json"}
APPLY_TYPE = "application/apply-patch+yaml"


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386. Lists are replaced, which strategic merging of our kinds amounts to."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def applied(before: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The one manager's word replaces what it said before; metadata is added to."""
    said = {key: value for key, value in body.items() if key != "metadata"}
    return before | said | {"metadata": merged(before["metadata"], body["metadata"])}


def require_manager(query: dict[str, str]) -> None:
    if not query.get("fieldManager"):
        raise ApiError(400, "BadRequest", "fieldManager is required for apply patch")
