"""The node image as its users ask for it: built by Packer, or made elsewhere and imported."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from provisioner.domain.spec.document import (
    Document,
    DottedName,
    ImageVariable,
    InventoryName,
    Label,
    Version,
)
from provisioner.domain.spec.placement import Placement

Source = Literal["iso", "clone", "import"]
Variable = str | int | bool | tuple[str, ...]


def _as_one_fault(value: object, read: ValidatorFunctionWrapHandler) -> Variable:
    """Else each type would have its own, at a path that nobody wrote."""
    try:
        # In here a list of JSON is one of Python, which strictly is no tuple.
        found: Variable = read(tuple(value) if isinstance(value, list) else value)
    except ValidationError:
        raise ValueError(
            "must be a text, a whole number of at most 15 digits, true, false or a list of texts"
        ) from None
    return found


_Number = Annotated[int, Field(gt=-(10**15), lt=10**15)]
_Variable = Annotated[str | _Number | bool | tuple[str, ...], WrapValidator(_as_one_fault)]
Variables = Annotated[dict[ImageVariable, _Variable], Field(max_length=64)]
MAX_COPIES = 32
Copies = Annotated[tuple[InventoryName, ...], Field(max_length=MAX_COPIES)]
Keep = Annotated[int, Field(ge=1, le=1000)]


class _Image(Document):
    vcenter: Label = Field(description="Name of a registered vCenter: where it is made, and used.")
    template: InventoryName | None = Field(
        default=None, description="What is cloned (source clone), or what is imported."
    )
    kubernetes_version: Version | None = Field(
        default=None, description="Which Kubernetes its nodes run; image queries look for it."
    )
    placement: Placement = Field(description="Where it is built, and booted in a test.")


class _ImageRequest(_Image):
    copies: Copies | None = Field(
        default=None,
        description="Datastores that get a copy of the template; left out, those where groups "
        "stand that the image could be for.",
    )


class ImageBuild(_ImageRequest):
    """`name` is made of definition, version and digest if it is left out. An image of exactly the
    same inputs that is there already is the answer, unless `force`. `keep`: how many images of
    the same definition, Kubernetes minor, variables and vCenter stay when this one is registered;
    one in use stays always."""

    name: Label | None = Field(
        default=None, description="Default: of definition, version and digest."
    )
    definition: DottedName = Field(description="One of those that pkectl image definitions lists.")
    source: Literal["iso", "clone"] = Field(
        description="From the distribution's installer, or from a template that is there."
    )
    variables: Variables = Field(
        default_factory=dict,
        description="The definition's, set otherwise: pkectl image definitions NAME lists them.",
    )
    keep: Keep | None = Field(
        default=None, description="How many of its kind stay; older ones that nobody uses go."
    )
    force: bool = Field(
        default=False, description="Build it although there is one of exactly the same."
    )


class ImageImport(_ImageRequest):
    """`os` and `kubernetesVersion` are what image queries look for."""

    name: Label = Field(description="What it is called here; the template keeps its own name.")
    template: InventoryName = Field(description="Its name or inventory path.")
    os: DottedName | None = Field(
        default=None, description="Such as debian12; found out by the boot test if left out."
    )


class ImageSpec(_Image):
    """What an image's record holds, whether it was asked for as a build or as an import.

    `template` is an inventory path; `os` of builds is known when they are done. `role` is what the
    definition makes; an import may be anything. `copies`: datastores that were named or chosen.
    """

    copies: Copies = ()
    name: Label
    source: Source
    definition: DottedName | None = None
    role: Label | None = None
    os: DottedName | None = None
    variables: Variables = Field(default_factory=dict)
    keep: Keep | None = None
    digest: str | None = None
