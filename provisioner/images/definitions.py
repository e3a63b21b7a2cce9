"""The folder of image definitions: Packer's HCL, and a variables file for each image."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import hcl2
from hcl2 import SerializationOptions
from lark.exceptions import LarkError

from provisioner.domain.image_definitions import Declaration, Definition
from provisioner.images.errors import DefinitionsMissing, DefinitionUnknown, DefinitionUnreadable

_SUFFIX = ".pkrvars.hcl"
# Declares where an image is made, and by which credentials: for the service alone to say.
_WHERE = "where.pkr.hcl"
# A field of the request says the version; what the definition makes is the definition's to say.
_NOT_FREE = ("kubernetes_version", "os", "role")
_OF_THE_CHECKOUT = Path(__file__).parents[2] / "packer"
_PLAIN = SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)


class Definitions:
    def __init__(self, folder: Path | None) -> None:
        """None: those of the checkout this program runs from. Raises DefinitionsMissing."""
        self.folder = folder or _OF_THE_CHECKOUT
        if not (self.folder / "definitions").is_dir():
            raise DefinitionsMissing(
                f"there are no image definitions in {self.folder}: set PKE_IMAGE_DEFINITIONS to "
                "a copy of the folder packer/ of this product's sources"
            )

    def names(self) -> list[str]:
        found = (self.folder / "definitions").glob(f"*{_SUFFIX}")
        return sorted(path.name.removesuffix(_SUFFIX) for path in found)

    def path(self, name: str) -> Path:
        """Of its variables file. Raises DefinitionUnknown."""
        if name not in (known := self.names()):
            advice = f"there is no image definition {name!r}; there are: {', '.join(known)}"
            raise DefinitionUnknown(advice)
        return self.folder / "definitions" / f"{name}{_SUFFIX}"

    def read(self, name: str) -> Definition:
        """Raises DefinitionUnknown and DefinitionUnreadable."""
        given = _parsed(self.path(name))
        declared = self._declared()
        ours = {*_variables(_parsed(self.folder / _WHERE)), *_NOT_FREE}
        free = {key: body for key, body in declared.items() if key not in ours}
        defaults = {key: body["default"] for key, body in declared.items() if "default" in body}
        return Definition(
            name=name,
            settings={**defaults, **given},
            variables={key: _declaration(body) for key, body in free.items()},
        )

    def _declared(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for path in sorted(self.folder.glob("*.pkr.hcl")):
            found |= _variables(_parsed(path))
        return found


def _variables(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: body for one in document.get("variable", ()) for name, body in one.items()}


def _declaration(body: Mapping[str, Any]) -> Declaration:
    # What is no plain word comes as an expression: ${list(string)}.
    written = str(body.get("type", "string")).removeprefix("${").removesuffix("}")
    sensitive, description = bool(body.get("sensitive", False)), str(body.get("description", ""))
    return Declaration(written, sensitive, description)


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        return _parse(path.read_text())
    except OSError as err:
        raise DefinitionUnreadable(f"can't read {path}: {err.strerror or err}") from err
    except (LarkError, UnicodeError) as err:
        raise DefinitionUnreadable(f"{path} is not HCL; `packer fmt` says where") from err


@lru_cache(maxsize=64)
def _parse(text: str) -> Mapping[str, Any]:
    """Parsing takes far longer than reading, and texts hardly change."""
    found: Mapping[str, Any] = hcl2.loads(text, serialization_options=_PLAIN)
    return found
