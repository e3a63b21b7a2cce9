"""One value for all that an image is made of: who asks for the same again has it already."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from provisioner.domain.spec.image import ImageSpec
from provisioner.images.definitions import Definitions


def digest(definitions: Definitions, spec: ImageSpec, template: str | None) -> str:
    """Of what the definition's files say, and what the request says beside them.

    `template`: whatever tells what is cloned from its successor under the same name. Where an
    image is made does not change it.
    """
    whole = hashlib.sha256()
    for path in _files(definitions, definitions.path(spec.definition or "")):
        name = str(path.relative_to(definitions.folder)).encode()
        content = path.read_bytes()
        whole.update(f"{len(name)} {len(content)}\n".encode() + name + content)
    said = [spec.definition, spec.source, spec.kubernetes_version, template, spec.variables]
    whole.update(json.dumps(said, sort_keys=True).encode())
    return whole.hexdigest()


def _files(definitions: Definitions, own: Path) -> Iterator[Path]:
    """All that such a build may read: of the variables files, its own alone."""
    for path in sorted(definitions.folder.rglob("*")):
        inner = path.relative_to(definitions.folder)
        others = path.parent == own.parent and path != own
        hidden = any(part.startswith(".") for part in inner.parts)
        if path.is_file() and not others and not hidden:
            yield path
