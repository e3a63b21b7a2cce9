"""What a definition of node images says, as far as requests for builds are checked against it."""

from collections.abc import Mapping
from dataclasses import dataclass

NODE = "node"


@dataclass(frozen=True)
class Declaration:
    """A Packer variable. `type` in HCL's words: string, number, bool, list(string)."""

    type: str
    sensitive: bool = False
    description: str = ""


@dataclass(frozen=True)
class Definition:
    """`settings`: its variables' values and the defaults of those it leaves alone.

    `variables`: those a build may set otherwise; where an image is made is the service's to say.
    """

    name: str
    settings: Mapping[str, object]
    variables: Mapping[str, Declaration]

    @property
    def os(self) -> str:
        return str(self.settings.get("os", ""))

    @property
    def role(self) -> str:
        return str(self.settings.get("role", NODE))
