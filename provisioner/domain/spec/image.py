"""The node image as its users ask for it: built by Packer, or made elsewhere and imported."""

from typing import Annotated, Literal

from pydantic import Field

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
Variables = Annotated[dict[ImageVariable, Variable], Field(max_length=64)]
Copies = Annotated[tuple[InventoryName, ...], Field(max_length=32)]
Keep = Annotated[int, Field(ge=1, le=1000)]


class _Image(Document):
    vcenter: Label
    template: InventoryName | None = Field(
        default=None, description="What is cloned (source clone), or what is imported."
    )
    kubernetes_version: Version | None = None
    placement: Placement
    copies: Copies = Field(default=(), description="Datastores that get a copy of the template.")


class ImageBuild(_Image):
    """`name` is made of definition, version and digest if it is left out. An image of exactly the
    same inputs that is there already is the answer, unless `force`. `keep`: how many images of
    the same definition, Kubernetes minor, variables and vCenter stay when this one is registered;
    one in use stays always."""

    name: Label | None = None
    definition: DottedName
    source: Literal["iso", "clone"]
    variables: Variables = Field(
        default_factory=dict, description="Packer variables of the definition, otherwise than it."
    )
    keep: Keep | None = None
    force: bool = False


class ImageImport(_Image):
    """`os` and `kubernetesVersion` are what image queries look for."""

    name: Label
    template: InventoryName
    os: DottedName | None = None


class ImageSpec(_Image):
    """What an image's record holds, whether it was asked for as a build or as an import.

    `template` is an inventory path; `os` of builds is known when they are done. `role` is what the
    definition makes; an import may be anything.
    """

    name: Label
    source: Source
    definition: DottedName | None = None
    role: Label | None = None
    os: DottedName | None = None
    variables: Variables = Field(default_factory=dict)
    keep: Keep | None = None
    digest: str | None = None
