"""What images can be built from: the service's definitions, and what a build may set."""

from typing import Any

from fastapi import APIRouter

from api.auth import Viewer
from api.schemas import Out
from api.services import Use
from provisioner.domain.image_definitions import Definition
from provisioner.domain.spec.image_variable_checks import holds_user_information
from provisioner.images.definitions import Definitions

router = APIRouter(prefix="/images/definitions", tags=["images"])


class DefinitionSummary(Out):
    """`os` is what image queries know its images by, `role` what its machines are for."""

    name: str
    os: str
    role: str


class DefinitionList(Out):
    items: list[DefinitionSummary]


class VariableOut(Out):
    """`value` is what holds unless a build sets it; null when it is nobody's to read."""

    name: str
    type: str
    description: str
    value: str | int | bool | list[str] | None


class DefinitionOut(DefinitionSummary):
    variables: list[VariableOut]


@router.get("", summary="List the definitions that images can be built from")
def list_definitions(use: Use, caller: Viewer) -> DefinitionList:
    known = Definitions(use.settings.image_definitions)
    return DefinitionList(items=[_summary(known.read(name)) for name in known.names()])


@router.get("/{definition}", summary="Show a definition with the variables that a build may set")
def get_definition(definition: str, use: Use, caller: Viewer) -> DefinitionOut:
    return shown(Definitions(use.settings.image_definitions).read(definition))


def shown(found: Definition) -> DefinitionOut:
    """Without what only the worker is to know."""
    return DefinitionOut(**_summary(found).model_dump(), variables=_variables(found))


def _summary(found: Definition) -> DefinitionSummary:
    return DefinitionSummary(name=found.name, os=found.os, role=found.role)


def _variables(found: Definition) -> list[VariableOut]:
    return [
        VariableOut(
            name=name,
            type=declared.type,
            description=declared.description,
            value=_readable(found.settings.get(name)),
        )
        for name, declared in sorted(found.variables.items())
        if not declared.sensitive
    ]


def _readable(value: Any) -> Any:
    """A definition may name a mirror with its password; who asks for builds needs none."""
    return None if holds_user_information(value) else value
