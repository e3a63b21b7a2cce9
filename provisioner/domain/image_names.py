"""Names of images that nobody named."""

from collections.abc import Callable, Iterator
from itertools import count

from provisioner.domain.spec.image import ImageSpec

_DIGEST_CHARACTERS = 8


def default_name(spec: ImageSpec, digest: str, is_taken: Callable[[str], bool]) -> str:
    """`debian-12-node-1-35-4-0a1b2c3d`; the next one of exactly the same gets `-2` at its end."""
    return next(name for name in _names(spec, digest) if not is_taken(name))


def _names(spec: ImageSpec, digest: str) -> Iterator[str]:
    parts = (spec.definition, spec.kubernetes_version, digest[:_DIGEST_CHARACTERS])
    name = "-".join(part.replace(".", "-") for part in parts if part)
    yield name
    for number in count(2):
        yield f"{name}-{number}"
