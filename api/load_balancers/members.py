"""The members of a load balancer as a change asks for them, beside those it has."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.resources import document
from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member
from provisioner.domain.spec.source_checks import check_source

# What a member that stays may get otherwise; the others are fixed.
_CHANGEABLE = ("site", "vcpu", "memory_mib", "disk_gib", "template", "image")
_FIXED = "can't be changed of a member that stays; take it out and add one of another name"


def completed(body: object, known: LoadBalancerSpec) -> object:
    """The body of a PATCH, its members with what they have already where it is silent."""
    if not isinstance(body, dict) or not isinstance(body.get("members"), list):
        return body
    present = {member.name: document(member) for member in known.members}
    return body | {"members": [_completed(one, present) for one in body["members"]]}


def faults_of_members(known: LoadBalancerSpec, given: Iterable[Member]) -> Iterator[Fault]:
    """Of those that stay and their sources, and whether one of them does."""
    present = {member.name: member for member in known.members}
    asked = list(given)
    for index, member in enumerate(asked):
        path, before = f"members.{index}", present.get(member.name)
        if before:
            yield from _fixed(path, before, member)
        if before is None or _source(member) != _source(before):
            yield from check_source(member, f"{path}.")
    if not any(member.name in present for member in asked):
        names = " or ".join(present)
        advice = f"{names} has to stay while others come; exchange them one after the other"
        yield Fault("members", advice)


def _completed(given: object, present: Mapping[str, dict[str, Any]]) -> object:
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        return given
    known = present.get(given["name"], {})
    return {key: one for key, one in known.items() if not _superseded(key, given, known)} | given


def _superseded(key: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """One source takes the other's place; the query that led to a template changes nothing."""
    if key == "template":
        return "image" in given and given["image"] != known.get("image")
    return key == "image" and "template" in given


def _source(member: Member) -> tuple[str | None, str | None]:
    return member.template, member.image


def _fixed(path: str, before: Member, after: Member) -> Iterator[Fault]:
    for name, field in Member.model_fields.items():
        if name not in _CHANGEABLE and getattr(before, name) != getattr(after, name):
            yield Fault(f"{path}.{field.alias or name}", _FIXED)
