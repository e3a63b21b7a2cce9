"""One member more, or one less: bodies of a PATCH. Of those that stay the name will do."""

from collections.abc import Iterable
from typing import Any

from api.cli.errors import Misused


def member_names(spec: dict[str, Any]) -> list[str]:
    return [member["name"] for member in spec["members"]]


def with_member(spec: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
    return {"members": [*_named(member_names(spec)), member]}


def without_member(spec: dict[str, Any], name: str) -> dict[str, Any]:
    """VIPs that preferred the member prefer nobody. Raises Misused."""
    names = member_names(spec)
    if name not in names:
        raise Misused(f"there is no member {name!r}", f"the members are {', '.join(names)}")
    body = {"members": _named(one for one in names if one != name)}
    if any(vip.get("preferredMember") == name for vip in spec["vips"]):
        body["vips"] = [_indifferent(vip, name) for vip in spec["vips"]]
    return body


def _named(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


def _indifferent(vip: dict[str, Any], name: str) -> dict[str, Any]:
    prefers = vip.get("preferredMember") == name
    return {key: one for key, one in vip.items() if not (prefers and key == "preferredMember")}
