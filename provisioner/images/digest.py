"""One value for all that an image is made of: who asks for the same again has it already."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from provisioner.domain.spec.image import ImageSpec
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.images.definitions import Definitions
from provisioner.images.errors import DefinitionUnreadable


def digest(definitions: Definitions, spec: ImageSpec, template: InventoryObject | None) -> str:
    """Of what the definition's files say, and what the request says beside them.

    `template`: what is cloned, told by its id from a successor under the same name. Where an image
    is made does not change it. Raises DefinitionUnknown and DefinitionUnreadable.
    """
    whole = hashlib.sha256()
    for path in _files(definitions, definitions.path(spec.definition or "")):
        name = str(path.relative_to(definitions.folder)).encode()
        content = _content(path)
        whole.update(f"{len(name)} {len(content)}\n".encode() + name + content)
    cloned = template and f"{template.path} {template.moref}"
    said = [spec.definition, spec.source, spec.kubernetes_version, cloned, spec.variables]
    whole.update(json.dumps(said, sort_keys=True).encode())
    return whole.hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise DefinitionUnreadable(f"can't read {path}: {err.strerror or err}") from err


def _files(definitions: Definitions, own: Path) -> Iterator[Path]:
    """All that such a build may read: of the variables files, its own alone."""
    folder = definitions.folder
    others = {path.parent for path in folder.glob("*/**/*.pkr.hcl")}
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inner.parts)
        of_another = path.parent == own.parent and path != own
        # A folder with definitions of its own is another root of Packer's.
        elsewhere = not others.isdisjoint(path.parents)
        if path.is_file() and not hidden and not of_another and not elsewhere:
            yield path
