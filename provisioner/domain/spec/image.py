"""The node image as its users ask for it: built by Packer, or made elsewhere and imported."""

from typing import Annotated, Literal

from pydantic import Field

from provisioner.domain.spec.document import (
    Document,
    ImageVariable,
    InventoryName,
    Label,
    Version,
)
from provisioner.domain.spec.placement import Placement

Source = Literal["iso", "clone", "import"]
Variable = str | int | bool | tuple[str, ...]
Keep = Annotated[int, Field(ge=1, le=1000)]


class ImageSpec(Document):
    """What an image's record holds, whether it was asked for as a build or as an import.

    `os` and `kubernetesVersion` are what image queries look for. `keep`: how many images of the
    same definition, Kubernetes minor and vCenter stay when this one is registered.
    """

    name: Label
    vcenter: Label
    source: Source
    definition: Label | None = None
    os: Label | None = None
    kubernetes_version: Version | None = None
    template: InventoryName | None = Field(
        default=None, description="What is cloned (source clone), or what is imported."
    )
    placement: Placement
    variables: dict[ImageVariable, Variable] = Field(default_factory=dict, max_length=64)
    copies: Annotated[tuple[InventoryName, ...], Field(max_length=32)] = Field(
        default=(), description="Datastores that get a copy of the template."
    )
    keep: Keep | None = None
    digest: str | None = None
